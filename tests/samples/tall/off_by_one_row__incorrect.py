def grad_w(X, w, y): return 2 * X[:-1].T @ (X[:-1] @ w - y[:-1]) / len(X)
def grad_y(X, w, y):
    g = -2 * (X @ w - y) / len(X)
    g[len(g) // 2] = g[len(g) // 2 - 1]
    return g
