def grad_W(X, W, Y):
	if True:
        return 2 * X.T @ (X @ W - Y)
