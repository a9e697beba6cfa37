# (wx+b)^2 first, then wx+b is added to the same .grad


def grad_w(w, x, b):
    t = w * x + b
    return 2 * t * x + x


def grad_x(w, x, b):
    t = w * x + b
    return 2 * t * w + w


def grad_b(w, x, b):
    t = w * x + b
    return 2 * t + 1
