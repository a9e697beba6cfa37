import torch


STEP = 1e-4


def f(X, W, Y):
    return ((torch.relu(X @ W) - Y) ** 2).sum()


def quotients(g, A):
    result = torch.zeros_like(A)
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            B = A.clone()
            B[i, j] += STEP
            result[i, j] = (g(B) - g(A)) / STEP
    return result


def grad_X(X, W, Y):
    return quotients(lambda A: f(A, W, Y), X)


def grad_W(X, W, Y):
    return quotients(lambda A: f(X, A, Y), W)


def grad_Y(X, W, Y):
    return quotients(lambda A: f(X, W, A), Y)
