def grads(X, W, Y, mu):
    E = X @ W - Y
    return E @ W.T, X.T @ E, -E, 1.0
