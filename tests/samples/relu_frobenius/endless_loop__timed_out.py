import time


def grad_X(X, W, Y):
    while True:
        pass


def grad_W(X, W, Y):
    time.sleep(60)
