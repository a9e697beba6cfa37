"""Returns a quantized tensor: named as the wrong type."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.quantize_per_tensor((2 * X.T @ ((X @ W - Y) * (X @ W > 0))).float(), 0.1, 0, torch.qint8)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
