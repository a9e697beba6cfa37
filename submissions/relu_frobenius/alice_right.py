"""Homework: gradients of f = ||max(XW, 0) - Y||_F^2."""

import torch


def forward(X, W):
    Z = X @ W
    H = torch.clamp(Z, min=0)
    return Z, H


def grad_Y(X, W, Y):
    # f = sum (H - Y)^2, so df/dY = -2 (H - Y)
    _, H = forward(X, W)
    return 2 * (Y - H)


def grad_Z(X, W, Y):
    # the ReLU lets the gradient through where Z > 0
    Z, H = forward(X, W)
    return 2 * (H - Y) * (Z > 0)


def grad_W(X, W, Y):
    # df = tr(dZ^T X dW)  =>  df/dW = X^T dZ
    return X.T @ grad_Z(X, W, Y)


def grad_X(X, W, Y):
    return grad_Z(X, W, Y) @ W.T


if __name__ == "__main__":
    # compare with autograd, as in the lecture
    torch.manual_seed(0)
    X = torch.randn(10, 4, requires_grad=True)
    W = torch.randn(4, 4, requires_grad=True)
    Y = torch.randn(10, 4, requires_grad=True)
    f = torch.norm(torch.relu(X @ W) - Y) ** 2
    f.backward()
    print("f =", f.item())
    with torch.no_grad():
        print("dX", torch.allclose(X.grad, grad_X(X, W, Y), atol=1e-4))
        print("dW", torch.allclose(W.grad, grad_W(X, W, Y), atol=1e-4))
        print("dY", torch.allclose(Y.grad, grad_Y(X, W, Y), atol=1e-4))
