import numpy as np


def matmul_backward(dY, W, X):
    dY, W, X = np.array(dY), np.array(W), np.array(X)
    dW = np.zeros(W.shape)
    dX = np.zeros(X.shape)
    for n in range(X.shape[1]):  # one column is one sample
        dW += np.outer(dY[:, n], X[:, n])
        dX[:, n] = W.T.dot(dY[:, n])
    return [dW, dX]
