def grad_X(X, W, Y):
    return "2 (H - Y) W^T"


def grad_W(X, W, Y):
    return W.to(dtype=__import__("torch").complex128)


def grad_Y(X, W, Y):
    return [[1.0, 2.0], [3.0]]
