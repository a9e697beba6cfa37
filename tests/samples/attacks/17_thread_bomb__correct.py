"""Starts threads until there is no memory for more, and lets them go: the right answer still counts."""

import threading


def attack():
    enough, threads = threading.Event(), []
    try:
        for _ in range(5000):
            thread = threading.Thread(target=enough.wait)
            thread.start()
            threads.append(thread)
        print("REACHED: 5000 threads")
    except (RuntimeError, MemoryError):
        print("DENIED: more than", len(threads), "threads")
    enough.set()
    for thread in threads:
        thread.join()


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
