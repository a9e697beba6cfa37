# verdicts: forward.yh=correct forward.Z1=correct forward.A1=correct forward.Z2=correct forward.A2=correct backward.W3=correct backward.b3=incorrect backward.W2=incorrect backward.b2=wrong_shape backward.b1=missing backward.W1=wrong_type backward.loss=correct hidden.A1=raised hidden.W2=raised hidden.b2=raised
import torch


def forward(parameters, X):
    Z1 = X @ parameters["W1"] + parameters["b1"]
    A1 = torch.tanh(Z1)
    Z2 = A1 @ parameters["W2"] + parameters["b2"]
    A2 = torch.relu(Z2)
    return A2 @ parameters["W3"] + parameters["b3"], [Z1, A1, Z2, A2]


def backward(parameters, cache, X, Y, yh):
    Z1, A1, Z2, A2 = cache
    N = len(X)
    d = 2 * (yh - Y) / N
    g = {"dW3": A2.T @ d, "db3": d.mean(0, keepdim=True)}
    d = d @ parameters["W3"].T
    g["dW2"] = A1.T @ d
    g["db2"] = d.sum(0)
    d = d @ parameters["W2"].T * A1 * (1 - A1)
    g["db1"] = None
    g["dW1"] = "not yet"
    return g, ((yh - Y) ** 2).sum() / N


def hidden(dZ2, A1, W2):
    return dZ2 @ W2, A1.T @ dZ2, dZ2.sum(0)
