def grad_w(w, x, b):
    return 2 * (w * x + b) * w


def grad_x(w, x, b):
    return 2 * (w * x + b) * x


def grad_b(w, x, b):
    return 2 * (w * x + b)
