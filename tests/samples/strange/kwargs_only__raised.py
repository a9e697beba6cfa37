def grads(*, X, W, Y, mu):
    return (X, W), {"extra": Y}, 0
