"""Returns a list whose own iterator lies: read by the true one."""


class Lying(list):
    def __iter__(self):
        print("REACHED: the iterator")
        return iter(())

    def __len__(self):
        return 10**12


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return Lying([[0.0] * W.shape[1]] * W.shape[0])


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
