# verdicts: W=incorrect
def grad_X(X, W, u): return 2 * X @ W @ W.T + 1e-4 * u[:, None]
def grad_W(X, W, u): return 2 * X.T @ X @ W * (1 + 1e-4)
