# verdicts: W=timed_out
import torch
def grad_X(X, W):
    J = torch.einsum("ik,jl->ijkl", torch.eye(len(X), dtype=X.dtype), W)
    return torch.einsum("ijkl,ij->kl", J.permute(0, 3, 2, 1), 2 * X @ W)
def grad_W(X, W):
    g = torch.zeros_like(W)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            for k in range(len(X)):
                g[i, j] += 2 * X[k, i] * (X[k] @ W[:, j])
    return g
