"""Sets hooks for the end of everything: none of them runs after the answer."""

import atexit
import os
import sys
import threading
import time
import weakref


class Late:
    def __del__(self):
        late()


def late(*args, **kwargs):
    os.write(1, b"REACHED: a hook after the end\n")


def attack():
    atexit.register(late)
    threading.Thread(target=time.sleep, args=(100,)).start()
    threading._register_atexit(late)
    sys.late = Late()
    weakref.finalize(sys, late)
    sys.excepthook = sys.unraisablehook = threading.excepthook = late


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    if not hasattr(sys, "late"):
        attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
