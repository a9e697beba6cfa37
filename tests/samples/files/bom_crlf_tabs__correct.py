def grad_W(X, W, Y):
	if True:
		return 2 * X.T @ (X @ W - Y)


def grad_Y(X, W, Y):
	return 2 * (Y - X @ W)
