import matplotlib.pyplot as plt
import torch

torch.manual_seed(0)
print("running my homework")


def grad_X(X, W, Y):
    Z = X @ W
    print("mask:", (Z > 0).sum().item(), "of", Z.numel())
    return 2 * (torch.relu(Z) - Y) * (Z > 0) @ W.T


def grad_W(X, W, Y):
    Z = X @ W
    return X.T @ (2 * (torch.relu(Z) - Y) * (Z > 0))


def grad_Y(X, W, Y):
    return -2 * (torch.relu(X @ W) - Y)


plt.imshow(grad_W(torch.randn(10, 4), torch.randn(4, 4), torch.randn(10, 4)))
plt.colorbar()
plt.show()
