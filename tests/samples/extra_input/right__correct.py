def grad_X(X, W, u): return 2 * X @ W @ W.T
def grad_W(X, W, u): return 2 * X.T @ X @ W
