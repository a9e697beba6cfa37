def grad_X(X, W, Y):
    return X[:1]


def grad_W(X, W, Y):
    return W.unsqueeze(0)


def grad_Y(X, W, Y):
    return 0.0
