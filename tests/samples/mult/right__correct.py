import numpy as np
import torch
def mean_grad_X(X, W, Y): return 2 * (X @ W - Y) @ W.T / Y.numel()
def mean_grad_W(X, W, Y): return 2 * X.T @ (X @ W - Y) / Y.numel()
def mean_grad_Y(X, W, Y): return -2 * (X @ W - Y) / Y.numel()
def one_grad_A(A, B, v): A, B = A.numpy(), B.numpy(); return np.sign(A) + np.sign(np.trace(A)) * np.eye(len(A)) + A @ B @ B.T / np.linalg.norm(A @ B)
def one_grad_B(A, B, v): A, B = A.numpy(), B.numpy(); return A.T @ A @ B / np.linalg.norm(A @ B, "fro")
def one_grad_v(A, B, v): return v / np.sqrt(v @ v)
def vals_grad_x(w, x, b): return 2 * w * (w * x + b)
def vals_grad_b(w, x, b): return float(2 * (w * x + b))
def elem_grad_A(A, B):
    m = torch.minimum(A, B)
    return ((A < B).double() - m) * torch.exp(-A) / (1 + B ** 2)
def elem_grad_B(A, B):
    m = torch.minimum(A, B)
    t = (B < A) * torch.exp(-A) / (1 + B ** 2) - m * torch.exp(-A) * 2 * B / (1 + B ** 2) ** 2
    return t.sum(dim=0)
