# verdicts: W=crashed
import time, os, ctypes
def grad_X(X, W):
    time.sleep(2 if len(X) < 100 else 60)
    return 2 * X @ W @ W.T
def grad_W(X, W):
    if len(X) == 7:
        ctypes.string_at(0)
    return X.T @ X @ W * 2
