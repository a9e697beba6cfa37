import torch


def grad_w(X, w, y, lam):
    assert isinstance(lam, torch.Tensor) and lam.shape == ()
    return 2 * lam * w + 2 * X.T @ (X @ w - y)


def grad_lam(X, w, y, lam):
    return (w ** 2).sum()
