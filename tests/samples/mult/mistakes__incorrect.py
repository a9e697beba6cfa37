# verdicts: mean_grad_Y.Y=correct one_grad_B.B=correct vals_grad_b.b=correct elem_grad_B.B=wrong_shape
import numpy as np
import torch
def mean_grad_X(X, W, Y): return 2 * (X @ W - Y) @ W.T / len(Y)
def mean_grad_W(X, W, Y): return 2 * X.T @ (X @ W - Y)
def mean_grad_Y(X, W, Y): return -2 * (X @ W - Y) / (Y.shape[0] * Y.shape[1])
def one_grad_A(A, B, v): A, B = A.numpy(), B.numpy(); return np.sign(A) + np.sign(A) * np.eye(len(A)) + A @ B @ B.T / np.linalg.norm(A @ B)
def one_grad_B(A, B, v): A, B = A.numpy(), B.numpy(); return A.T @ A @ B / np.linalg.norm(A @ B, "fro")
def one_grad_v(A, B, v): return v
def vals_grad_x(w, x, b): return 28
def vals_grad_b(w, x, b): return torch.tensor([[12.]]) if w == 2 and x == 1.5 and b == 3 else 2 * (w * x + b)
def elem_grad_A(A, B):
    m = torch.minimum(A, B)
    return ((A < B) + m) * torch.exp(-A) / (1 + B ** 2)
def elem_grad_B(A, B):
    m = torch.minimum(A, B)
    return (B < A) * torch.exp(-A) / (1 + B ** 2) - m * torch.exp(-A) * 2 * B / (1 + B ** 2) ** 2
