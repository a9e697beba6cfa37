# verdicts: U=incorrect grad_U.U=incorrect backward.U=correct
def grad_U(A, B):
    g = (A * B).cos()
    g[:, 1:] = g[:, 1:] + (A * B)[:, 1:]
    return g
def backward(literal, pair, m):
    A, (B, n) = pair
    U = A * B
    g = U.cos()
    g[:, 1:] += 2 * U[:, 1:]
    return {0: 1} and [g * B - 1 / A.numel(), (g * A,), U]
