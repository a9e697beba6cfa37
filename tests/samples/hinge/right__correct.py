import numpy as np


def svm_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_train, loss = X.shape[0], 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        for j in range(W.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    return loss / num_train + reg * np.sum(W * W), dW / num_train + 2 * reg * W


def svm_vectorized(W, X, y, reg):
    N = X.shape[0]
    S = X.dot(W)
    M = np.maximum(0, S - S[np.arange(N), y].reshape(-1, 1) + 1)
    M[np.arange(N), y] = 0
    B = (M > 0).astype(int)
    B[np.arange(N), y] = -B.sum(axis=1)
    return M.sum() / N + reg * (W ** 2).sum(), X.T.dot(B) / N + reg * 2 * W
