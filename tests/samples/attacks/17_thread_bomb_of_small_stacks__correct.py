"""Starts threads whose stacks are small by ten thousands, past Python: there are few of them, and the right answer
still counts.
"""

# others may fall: the threads stay where the other functions are called
# known limit at strong: threads are counted for a user, who is not alone without a user namespace

import ctypes

libc = ctypes.CDLL(None)


def attack():
    attributes, thread = ctypes.create_string_buffer(64), ctypes.c_ulong()
    libc.pthread_attr_init(attributes)
    libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
    sleep = ctypes.cast(libc.sleep, ctypes.c_void_p)
    for count in range(2000):
        if libc.pthread_create(ctypes.byref(thread), attributes, sleep, ctypes.c_void_p(1000)):
            print("DENIED: more than", count, "threads")
            return
    print("REACHED: 2000 threads")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
