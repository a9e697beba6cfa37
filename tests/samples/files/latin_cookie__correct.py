# vim: set fileencoding=latin-1 :
é = 2


def grad_W(X, W, Y):
    return é * X.T @ (X @ W - Y)


def grad_Y(X, W, Y):
    return 2 * (Y - X @ W)
