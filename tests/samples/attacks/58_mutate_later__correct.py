"""Changes its inputs in a thread after it returned: the right answers still count."""

import threading


def spoil(*arrays):
    while True:
        for array in arrays:
            array.zero_()


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = 2 * X.T @ ((X @ W - Y) * (X @ W > 0))
    threading.Thread(target=spoil, args=(X, W, Y), daemon=True).start()
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
