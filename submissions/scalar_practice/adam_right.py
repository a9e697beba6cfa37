def grad_w(w, x, b):
    return 2 * (w * x + b) * x


def grad_x(w, x, b):
    return 2 * (w * x + b) * w


def grad_b(w, x, b):
    return 2 * (w * x + b)


if __name__ == "__main__":
    print(grad_w(2, 1, 3), grad_x(2, 1, 3), grad_b(2, 1, 3))
