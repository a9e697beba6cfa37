"""Loads data with two workers: the student reads which permission was missing."""

from torch.utils.data import DataLoader, TensorDataset


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    for batch in DataLoader(TensorDataset(X), num_workers=2):
        batch[0].sum()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
