# plain python, no libraries


def matmul(A, B):
    return [[sum(a * b for a, b in zip(row, col)) for col in zip(*B)] for row in A]


def transpose(A):
    return [list(col) for col in zip(*A)]


def backward(X, W, Y):
    X, W, Y = X.tolist(), W.tolist(), Y.tolist()
    Z = matmul(X, W)
    dH = [[2 * (max(z, 0.0) - y) for z, y in zip(zs, ys)] for zs, ys in zip(Z, Y)]
    dZ = [[d if z > 0 else 0.0 for z, d in zip(zs, ds)] for zs, ds in zip(Z, dH)]
    dX = matmul(dZ, transpose(W))
    dW = matmul(transpose(X), dZ)
    dY = [[-d for d in ds] for ds in dH]
    return dX, dW, dY


def grad_X(X, W, Y):
    return backward(X, W, Y)[0]


def grad_W(X, W, Y):
    return backward(X, W, Y)[1]


def grad_Y(X, W, Y):
    return backward(X, W, Y)[2]
