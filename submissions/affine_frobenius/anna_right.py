import torch


def _residual(X, W, b):
    return 2 * (X @ W + b)


def grad_X(X, W, b):
    return _residual(X, W, b) @ W.T


def grad_W(X, W, b):
    return X.T @ _residual(X, W, b)


def grad_b(X, W, b):
    # b is as large as XW, so nothing is summed
    return _residual(X, W, b)


def check():
    torch.manual_seed(0)
    X, W, b = (torch.randn(*s, requires_grad=True) for s in [(10, 4), (4, 4), (10, 4)])
    ((X @ W + b) ** 2).sum().backward()
    with torch.no_grad():
        for name, mine, auto in [
            ("X", grad_X(X, W, b), X.grad),
            ("W", grad_W(X, W, b), W.grad),
            ("b", grad_b(X, W, b), b.grad),
        ]:
            print(name, (mine - auto).abs().max().item())


if __name__ == "__main__":
    check()
