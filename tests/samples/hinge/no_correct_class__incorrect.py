# verdicts: svm_naive.f=correct svm_vectorized.f=incorrect
import numpy as np


def svm_naive(W, X, y, reg):
    N = X.shape[0]
    S = X.dot(W)
    M = np.maximum(0, S - S[np.arange(N), y].reshape(-1, 1) + 1)
    M[np.arange(N), y] = 0
    return M.sum() / N + reg * (W ** 2).sum(), X.T.dot(M > 0) / N + reg * 2 * W


def svm_vectorized(W, X, y, reg):
    N = X.shape[0]
    S = X.dot(W)
    M = np.maximum(0, S - S[np.arange(N), y].reshape(-1, 1) + 1)
    B = (M > 0) * 1.
    B[np.arange(N), y] = -B.sum(axis=1)
    return M.sum() / N + reg * (W ** 2).sum(), X.T.dot(B) / N + reg * 2 * W
