# -*- coding: utf-8 -*-
import torch


def grad_W(X, W, Y):
    Z = X @ W
    dZ = 2 * (torch.relu(Z) - Y) * (Z > 0)
    print "dZ:", dZ
    return X.t() @ dZ
