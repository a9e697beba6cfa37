def grad_X(X, W): return 2 * X @ W @ W.T
def grad_W(X, W): return X.T @ X @ W * 2
