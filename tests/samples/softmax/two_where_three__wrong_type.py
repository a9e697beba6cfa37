# verdicts: softmax_loss_naive.f=incorrect softmax_loss_naive.W=incorrect softmax_loss_naive.b=missing
import numpy as np


def softmax_loss_naive(W, b, X, y, reg):
    return 1.0, np.zeros_like(W)


def softmax_loss_vectorized(W, b, X, y, reg):
    return np.zeros_like(W)


def grad_X(W, b, X, y, reg):
    return X, W
