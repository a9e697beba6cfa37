# -*- coding: gbk -*-
# 梯度
def grad_W(X, W, Y):
    return 2 * X.T @ (X @ W - Y)


def grad_Y(X, W, Y):
    assert "梯度".encode("gbk") == b"\xcc\xdd\xb6\xc8"
    return 2 * (Y - X @ W)
