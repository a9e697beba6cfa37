# dL/dx = (dY/dX)^T dL/dY with everything flattened: first the whole Jacobian, then one product
import torch


def jacobian_X(X, W):
    N, D = X.shape
    M = W.shape[1]
    J = torch.zeros(N, M, N, D, dtype=X.dtype)
    for n in range(N):
        J[n, :, n, :] = W.T
    return J


def jacobian_W(X, W):
    N, D = X.shape
    M = W.shape[1]
    J = torch.zeros(N, M, D, M, dtype=X.dtype)
    for m in range(M):
        J[:, m, :, m] = X
    return J


def grad_X(dY, X, W):
    return torch.tensordot(dY, jacobian_X(X, W), dims=2)


def grad_W(dY, X, W):
    return torch.tensordot(dY, jacobian_W(X, W), dims=2)
