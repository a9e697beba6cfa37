import torch


def backward(x, y, w1, w2, b1, b2):
    h = torch.sigmoid(x.mm(w1))
    a = h + b1
    r = a.mm(w2) + b2
    db2 = 2 * (r - y)
    dw2 = a.t().mm(db2)
    db1 = db2.mm(w2.t())
    dz = db1 * h * (1 - h)
    return {"x": dz.mm(w1.t()), "y": -db2, "w1": x.t().mm(dz), "w2": dw2, "b1": db1, "b2": db2}


def grad_x(x, y, w1, w2, b1, b2):
    return backward(x, y, w1, w2, b1, b2)["x"]


def grad_y(x, y, w1, w2, b1, b2):
    return backward(x, y, w1, w2, b1, b2)["y"]


def grad_w1(x, y, w1, w2, b1, b2):
    return backward(x, y, w1, w2, b1, b2)["w1"]


def grad_w2(x, y, w1, w2, b1, b2):
    return backward(x, y, w1, w2, b1, b2)["w2"]


def grad_b1(x, y, w1, w2, b1, b2):
    return backward(x, y, w1, w2, b1, b2)["b1"]


def grad_b2(x, y, w1, w2, b1, b2):
    return backward(x, y, w1, w2, b1, b2)["b2"]
