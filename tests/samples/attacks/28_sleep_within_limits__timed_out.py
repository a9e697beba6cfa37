"""Sleeps a little less than a call may take, in every call: the time of the submission as a whole is over first."""

# slow
# others may fall: the time of the submission as a whole is over

import time


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    time.sleep(3)
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
