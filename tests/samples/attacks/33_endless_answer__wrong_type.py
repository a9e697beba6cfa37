"""Returns a list that holds itself: named as such."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = []
    answer.append(answer)
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
