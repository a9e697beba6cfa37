def grad_w(w, x, b):
    # power rule
    return 2 * (w * x + b)


def grad_x(w, x, b):
    return 2 * (w * x + b)


def grad_b(w, x, b):
    return 2 * (w * x + b)
