def grad_X(X, W, Y):
    X @ W


def grad_W(X, W, Y):
    return None


class Layer:
    def grad_Y(self, X, W, Y):
        return Y
