# 展开：(wx+b)^2 = w²x² + 2wxb + b²
def grad_w(w, x, b):
    w, x, b = float(w), float(x), float(b)
    return 2 * w * x**2 + 2 * x * b


def grad_x(w, x, b):
    w, x, b = float(w), float(x), float(b)
    return 2 * w**2 * x + 2 * w * b


def grad_b(w, x, b):
    w, x, b = float(w), float(x), float(b)
    return [2 * w * x + 2 * b]
