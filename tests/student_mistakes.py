# ruff: noqa: N802
"""Wrong functions as students write them, by hand and not from the bank: for each the codes that name it.

Any of several codes will do, where they are names for the same values. `+` joins two mistakes at once, both of which
must be named. An empty one is for what cannot be named: an error in every case, or an answer that is right after all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.planted import asked_for


@dataclass(frozen=True)
class Planted:
    """A wrong function for one gradient of one assignment."""

    assignment: str
    wrt: str
    codes: str
    function: Callable[..., Any]


ALL: list[Planted] = []


def wrong(assignment: str, wrt: str, codes: str, function: Callable[..., Any]) -> None:
    ALL.append(Planted(assignment, wrt, codes, function))


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any, axis: int = -1) -> Any:
    shifted = np.exp(z - z.max(axis, keepdims=True))
    return shifted / shifted.sum(axis, keepdims=True)


def onehot(y: Any, classes: int) -> Any:
    return np.eye(classes)[y]


def differences(f: Callable[..., float], place: int, step: float, *, central: bool) -> Callable[..., Any]:
    """A function that differentiates f by its argument number `place` numerically."""

    def quotients(*arguments: Any) -> Any:
        result = np.zeros_like(arguments[place])
        for index in np.ndindex(result.shape):
            moved = [np.array(one, copy=True) for one in arguments], [np.array(one, copy=True) for one in arguments]
            moved[0][place][index] += step
            moved[1][place][index] -= step if central else 0.0
            result[index] = (f(*moved[0]) - f(*moved[1])) / (2 * step if central else step)
        return result

    return quotients


# ----- relu_frobenius: ||max(X W, 0) - Y||_F^2 -----

relu = "relu_frobenius"


def H(X: Any, W: Any) -> Any:
    return np.maximum(X @ W, 0)


wrong(relu, "W", "missing_mask", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y)))
wrong(relu, "W", "wrong_mask", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y) * (H(X, W) - Y > 0)))
wrong(relu, "W", "wrong_mask", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y) * (X @ W < 0)))
wrong(relu, "W", "wrong_mask", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y) * (Y > 0)))
wrong(relu, "W", "factor", lambda X, W, Y: X.T @ ((H(X, W) - Y) * (X @ W > 0)))
wrong(relu, "W", "factor", lambda X, W, Y: X.T @ (4 * (H(X, W) - Y) * (X @ W > 0)))
wrong(relu, "W", "sign", lambda X, W, Y: X.T @ (2 * (Y - H(X, W)) * (X @ W > 0)))
wrong(relu, "W", "sign", lambda X, W, Y: X.T @ (2 * (Y + H(X, W)) * (X @ W > 0)))
wrong(relu, "W", "mean_vs_sum", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y) * (X @ W > 0)) / len(X))
wrong(relu, "W", "mean_vs_sum", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y) * (X @ W > 0)) / Y.size)
wrong(relu, "W", "|transpose", lambda X, W, Y: X @ (2 * (H(X, W) - Y) * (X @ W > 0)))
wrong(relu, "W", "layout", lambda X, W, Y: (X.T @ (2 * (H(X, W) - Y) * (X @ W > 0))).T)
wrong(relu, "W", "layout|wrong_order", lambda X, W, Y: (2 * (H(X, W) - Y) * (X @ W > 0)).T @ X)
wrong(relu, "W", "wrong_order", lambda X, W, Y: (2 * (H(X, W) - Y) * (X @ W > 0)) @ X.T)
wrong(relu, "W", "missing_term", lambda X, W, Y: X.T @ (2 * H(X, W) * (X @ W > 0)))
wrong(relu, "W", "activation_derivative", lambda X, W, Y: X.T @ (2 * (H(X, W) - Y) * H(X, W)))
wrong(relu, "W", "missing_mask+factor", lambda X, W, Y: X.T @ (H(X, W) - Y))
wrong(relu, "W", "missing_mask+sign", lambda X, W, Y: 2 * X.T @ (Y - H(X, W)))
wrong(relu, "W", "missing_mask+mean_vs_sum", lambda X, W, Y: 2 * X.T @ (H(X, W) - Y) / len(X))
wrong(relu, "W", "missing_term", lambda X, W, Y: 2 * X.T @ H(X, W))
wrong(relu, "W", "swapped_gradients", lambda X, W, Y: 2 * ((H(X, W) - Y) * (X @ W > 0)) @ W.T)
wrong(relu, "W", "norm_not_squared",
      lambda X, W, Y: X.T @ ((H(X, W) - Y) * (X @ W > 0)) / np.linalg.norm(H(X, W) - Y))  # fmt: skip
wrong(relu, "W", "|elementwise_vs_matmul", lambda X, W, Y: X.T * (2 * (H(X, W) - Y) * (X @ W > 0)))
wrong(relu, "W", "collapsed_sum", lambda X, W, Y: (X.T @ (2 * (H(X, W) - Y) * (X @ W > 0))).sum())
wrong(relu, "W", "collapsed_sum", lambda X, W, Y: (X.T @ (2 * (H(X, W) - Y) * (X @ W > 0))).sum(0))
wrong(relu, "W", "unfinished", lambda X, W, Y: np.zeros_like(W))
wrong(relu, "W", "unfinished", lambda X, W, Y: None)
wrong(relu, "W", "unfinished", lambda X, W, Y: ...)
wrong(relu, "W", "unfinished", lambda X, W, Y: NotImplemented)
wrong(relu, "W", "flattened", lambda X, W, Y: (X.T @ (2 * (H(X, W) - Y) * (X @ W > 0))).ravel())
wrong(relu, "X", "missing_mask", lambda X, W, Y: 2 * (H(X, W) - Y) @ W.T)
wrong(relu, "X", "transpose", lambda X, W, Y: 2 * ((H(X, W) - Y) * (X @ W > 0)) @ W)
wrong(relu, "X", "inverse", lambda X, W, Y: 2 * ((H(X, W) - Y) * (X @ W > 0)) @ np.linalg.inv(W))
wrong(relu, "X", "transpose+sign", lambda X, W, Y: -2 * ((H(X, W) - Y) * (X @ W > 0)) @ W)
wrong(relu, "X", "transpose+factor", lambda X, W, Y: ((H(X, W) - Y) * (X @ W > 0)) @ W)
wrong(relu, "X", "missing_mask+transpose", lambda X, W, Y: 2 * (H(X, W) - Y) @ W)
wrong(relu, "X", "wrong_mask", lambda X, W, Y: 2 * ((H(X, W) - Y) @ W.T) * (X > 0))
wrong(relu, "Y", "sign", lambda X, W, Y: 2 * (H(X, W) - Y))
wrong(relu, "Y", "missing_term", lambda X, W, Y: 2 * Y)
wrong(relu, "Y", "missing_mask", lambda X, W, Y: -2 * (X @ W - Y))
wrong(relu, "Y", "wrong_mask", lambda X, W, Y: -2 * (H(X, W) - Y) * (X @ W > 0))
wrong(relu, "Y", "sign+factor", lambda X, W, Y: H(X, W) - Y)


HANDOUT = asked_for(relu, "W").cases[0].target.value


def relu_value(X: Any, W: Any, Y: Any) -> float:
    return float(((H(X, W) - Y) ** 2).sum())


for size in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7):
    wrong(relu, "W", "finite_differences" if size > 5e-6 else "", differences(relu_value, 1, size, central=False))
    wrong(relu, "W", "|localized", differences(relu_value, 1, size, central=True))
wrong(relu, "W", "constant_answer", lambda X, W, Y: np.round(HANDOUT, 4))
wrong(relu, "W", "constant_answer", lambda X, W, Y: HANDOUT)

# ----- affine_frobenius: ||X W + b||_F^2, b as large as X W -----

wrong("affine_frobenius", "b", "swapped_gradients", lambda X, W, b: X.T @ (2 * (X @ W + b)))
wrong("affine_frobenius", "b", "collapsed_sum", lambda X, W, b: (2 * (X @ W + b)).sum(0))
wrong("affine_frobenius", "W", "missing_term", lambda X, W, b: 2 * X.T @ X @ W)
wrong("affine_frobenius", "W", "missing_term+factor", lambda X, W, b: X.T @ X @ W)

# ----- scalar_practice: (w x + b)^2 -----

wrong("scalar_practice", "w", "inner_derivative", lambda w, x, b: 2 * (w * x + b))
wrong("scalar_practice", "w", "factor", lambda w, x, b: (w * x + b) * x)
wrong("scalar_practice", "b", "constant_answer", lambda w, x, b: np.asarray(10.0))

# ----- two_layer_sigmoid: z = x w1 + b1, h = sigmoid(z), r = h w2 + b2, ||y - r||_F^2 -----


def two(x: Any, y: Any, w1: Any, w2: Any, b1: Any, b2: Any) -> Any:
    z = x @ w1 + b1
    h = sigmoid(z)
    return z, h, -2 * (y - h @ w2 - b2)


def through(wrong_derivative: Callable[[Any, Any], Any], scale: float = 1.0) -> Callable[..., Any]:
    def grad_w1(x: Any, y: Any, w1: Any, w2: Any, b1: Any, b2: Any) -> Any:
        z, h, dr = two(x, y, w1, w2, b1, b2)
        return scale * x.T @ ((dr @ w2.T) * wrong_derivative(z, h))

    return grad_w1


layers = "two_layer_sigmoid"
wrong(layers, "w1", "activation_derivative", through(lambda z, h: h))
wrong(layers, "w1", "activation_derivative", through(lambda z, h: 1 - h))
wrong(layers, "w1", "activation_derivative", through(lambda z, h: z * (1 - z)))
wrong(layers, "w1", "activation_derivative", through(lambda z, h: sigmoid(h) * (1 - sigmoid(h))))
wrong(layers, "w1", "activation_derivative", through(lambda z, h: 1.0))
wrong(layers, "w1", "activation_derivative|sign", through(lambda z, h: h * (1 + h)))
wrong(layers, "w1", "activation_derivative", through(lambda z, h: 1 - h**2))
wrong(layers, "w1", "activation_derivative", through(lambda z, h: z * (1 - h)))
wrong(layers, "w1", "activation_derivative+factor", through(lambda z, h: 1.0, 0.5))
wrong(layers, "w1", "activation_derivative+sign", through(lambda z, h: h, -1.0))
wrong(layers, "w1", "sign", through(lambda z, h: h * (1 - h), -1.0))
wrong(layers, "b1", "swapped_gradients", lambda *inputs: two(*inputs)[2])
wrong(layers, "w2", "activation_derivative|missing_mask", lambda *i: two(*i)[0].T @ two(*i)[2])

# ----- logistic_regression -----

logistic = "logistic_regression"
wrong(logistic, "w", "mean_vs_sum", lambda X, w, b, y: X.T @ (sigmoid(X @ w + b) - y))
wrong(logistic, "w", "sign", lambda X, w, b, y: X.T @ (y - sigmoid(X @ w + b)) / len(y))
wrong(logistic, "w", "missing_term", lambda X, w, b, y: X.T @ sigmoid(X @ w + b) / len(y))
wrong(logistic, "w", "activation_derivative",
      lambda X, w, b, y: X.T @ (X @ w + b - y) / len(y))  # fmt: skip
wrong(logistic, "b", "missing_sum", lambda X, w, b, y: (sigmoid(X @ w + b) - y) / len(y))
wrong(logistic, "b", "mean_vs_sum", lambda X, w, b, y: (sigmoid(X @ w + b) - y).sum())
wrong(logistic, "w", "sign+mean_vs_sum", lambda X, w, b, y: X.T @ (y - sigmoid(X @ w + b)))
wrong(logistic, "w", "activation_derivative", lambda X, w, b, y:
      X.T @ ((sigmoid(X @ w + b) - y) * sigmoid(X @ w + b) * (1 - sigmoid(X @ w + b))) / len(y))  # fmt: skip

# ----- softmax_regression: cross_entropy(X W, y) + reg ||W||_F^2 -----

regression = "softmax_regression"


def probabilities(X: Any, W: Any, y: Any) -> Any:
    return softmax(X @ W) - onehot(y, W.shape[1])


wrong(regression, "W", "regularization", lambda X, W, y, reg: X.T @ probabilities(X, W, y) / len(y))
wrong(regression, "W", "regularization|factor", lambda X, W, y, reg: X.T @ probabilities(X, W, y) / len(y) + reg * W)
wrong(regression, "W", "regularization|factor", lambda X, W, y, reg: X.T @ probabilities(X, W, y) / len(y) + 2 * W)
wrong(regression, "W", "regularization|collapsed_sum",
      lambda X, W, y, reg: X.T @ probabilities(X, W, y) / len(y) + 2 * reg * W.sum())  # fmt: skip
wrong(regression, "W", "mean_vs_sum", lambda X, W, y, reg: X.T @ probabilities(X, W, y) + 2 * reg * W)
wrong(regression, "W", "mean_vs_sum",
      lambda X, W, y, reg: (X.T @ probabilities(X, W, y) + 2 * reg * W) / len(y))  # fmt: skip
wrong(regression, "W", "missing_term", lambda X, W, y, reg: X.T @ softmax(X @ W) / len(y) + 2 * reg * W)
wrong(regression, "W", "missing_term+regularization", lambda X, W, y, reg: X.T @ softmax(X @ W) / len(y))
wrong(regression, "W", "mean_vs_sum+regularization", lambda X, W, y, reg: X.T @ probabilities(X, W, y))
wrong(regression, "W", "mean_vs_sum+factor|mean_vs_sum+regularization",
      lambda X, W, y, reg: X.T @ probabilities(X, W, y) + reg * W)  # fmt: skip
wrong(regression, "W", "index_slip", lambda X, W, y, reg:
      X.T @ (softmax(X @ W) - onehot((y + 1) % W.shape[1], W.shape[1])) / len(y) + 2 * reg * W)  # fmt: skip
wrong(regression, "W", "index_slip", lambda X, W, y, reg: X.T @ (softmax(X @ W) - onehot(y - 1, W.shape[1])) / len(y)
      + 2 * reg * W)  # fmt: skip
wrong(regression, "W", "wrong_axis", lambda X, W, y, reg:
      X.T @ (softmax(X @ W, 0) - onehot(y, W.shape[1])) / len(y) + 2 * reg * W)  # fmt: skip
wrong(regression, "W", "activation_derivative", lambda X, W, y, reg:
      X.T @ (X @ W - onehot(y, W.shape[1])) / len(y) + 2 * reg * W)  # fmt: skip
wrong(regression, "W", "sign", lambda X, W, y, reg: -X.T @ probabilities(X, W, y) / len(y) + 2 * reg * W)
wrong(regression, "W", "sign", lambda X, W, y, reg: X.T @ probabilities(X, W, y) / len(y) - 2 * reg * W)
wrong(regression, "X", "missing_term", lambda X, W, y, reg: softmax(X @ W) @ W.T / len(y))
wrong(regression, "X", "mean_vs_sum", lambda X, W, y, reg: probabilities(X, W, y) @ W.T)

# ----- ridge: ||X w - y||_2^2 + reg ||w||_2^2 -----

wrong("ridge", "w", "regularization|factor", lambda X, w, y, reg: 2 * X.T @ (X @ w - y) + reg * w)
wrong("ridge", "w", "factor", lambda X, w, y, reg: X.T @ (X @ w - y) + 2 * reg * w)
wrong("ridge", "w", "factor", lambda X, w, y, reg: X.T @ (X @ w - y) + reg * w)
wrong("ridge", "w", "sign", lambda X, w, y, reg: 2 * X.T @ (y - X @ w) + 2 * reg * w)
wrong("ridge", "w", "regularization", lambda X, w, y, reg: 2 * X.T @ (X @ w - y))
wrong("ridge", "w", "factor+regularization", lambda X, w, y, reg: X.T @ (X @ w - y))
wrong("ridge", "w", "missing_term", lambda X, w, y, reg: 2 * X.T @ X @ w + 2 * reg * w)
wrong("ridge", "w", "mean_vs_sum", lambda X, w, y, reg: 2 * X.T @ (X @ w - y) / len(y) + 2 * reg * w)
wrong("ridge", "w", "missing_term", lambda X, w, y, reg: 2 * reg * w)
wrong("ridge", "w", "collapsed_sum|regularization", lambda X, w, y, reg: 2 * X.T @ (X @ w - y) + 2 * reg * w.sum())
wrong("ridge", "w", "regularization|norm_not_squared", lambda X, w, y, reg:
      2 * X.T @ (X @ w - y) + reg * w / np.linalg.norm(w))  # fmt: skip

# ----- bias_rows: mean((X W + b - Y)^2) -----

rows = "bias_rows"
wrong(rows, "b", "missing_sum", lambda X, W, b, Y: 2 * (X @ W + b - Y) / Y.size)
wrong(rows, "b", "collapsed_sum", lambda X, W, b, Y: (2 * (X @ W + b - Y) / Y.size).sum())
wrong(rows, "b", "collapsed_sum", lambda X, W, b, Y: np.full_like(b, (2 * (X @ W + b - Y) / Y.size).sum()))
wrong(rows, "b", "keepdims", lambda X, W, b, Y: (2 * (X @ W + b - Y) / Y.size).sum(0, keepdims=True))
wrong(rows, "b", "keepdims", lambda X, W, b, Y: (2 * (X @ W + b - Y) / Y.size).sum(0)[:, None])
wrong(rows, "b", "wrong_axis|collapsed_sum", lambda X, W, b, Y: (2 * (X @ W + b - Y) / Y.size).sum(1))
wrong(rows, "b", "mean_vs_sum", lambda X, W, b, Y: (2 * (X @ W + b - Y) / Y.size).mean(0))
wrong(rows, "W", "mean_vs_sum", lambda X, W, b, Y: X.T @ (2 * (X @ W + b - Y)) / len(Y))
wrong(rows, "W", "mean_vs_sum", lambda X, W, b, Y: X.T @ (2 * (X @ W + b - Y)))
wrong(rows, "W", "mean_vs_sum+factor", lambda X, W, b, Y: X.T @ (X @ W + b - Y))
wrong(rows, "W", "missing_term", lambda X, W, b, Y: X.T @ (2 * (X @ W - Y)) / Y.size)

# ----- three_layers: tanh, tanh, affine -----


def three(slip: str = "") -> Callable[..., Any]:
    def grad_W1(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, Y: Any) -> Any:
        A = np.tanh(X @ W1 + b1)
        B = np.tanh(A @ W2 + b2)
        dB = (2.0 if "half" not in slip else 1.0) * (B @ W3 + b3 - Y) @ W3.T
        dA = (dB * (1 - B**2 if "last" not in slip else 1.0)) @ W2.T
        return X.T @ (dA * (1 - A**2 if "first" not in slip else 1 - A if "linear" in slip else 1.0))

    return grad_W1


deep = "three_layers"
wrong(deep, "W1", "factor", three("half"))
wrong(deep, "W1", "activation_derivative", three("last"))
wrong(deep, "W1", "activation_derivative", three("first"))
wrong(deep, "W1", "activation_derivative", three("first linear"))
wrong(deep, "W1", "activation_derivative", three("first and last"))
wrong(deep, "W1", "activation_derivative+factor", three("first half"))
wrong(deep, "W1", "activation_derivative+factor", three("last half"))

# ----- quadratic_form: x^T A x + c^T x -----

wrong("quadratic_form", "x", "missing_term|transpose", lambda x, A, c: 2 * A @ x + c)
wrong("quadratic_form", "x", "missing_term", lambda x, A, c: A @ x + c)
wrong("quadratic_form", "x", "missing_term", lambda x, A, c: (A + A.T) @ x)
wrong("quadratic_form", "x", "missing_term|transpose", lambda x, A, c: 2 * A @ x)
wrong("quadratic_form", "A", "elementwise_vs_matmul|wrong_order|collapsed_sum", lambda x, A, c: x @ x)
wrong("quadratic_form", "A", "factor", lambda x, A, c: 2 * np.outer(x, x))

# ----- log_determinant: logdet(P) + tr(inv(P) V) -----

inv = np.linalg.inv
wrong("log_determinant", "P", "sign", lambda P, V: inv(P) + (inv(P) @ V @ inv(P)).T)
wrong("log_determinant", "P", "transpose|layout|wrong_order", lambda P, V: inv(P) - inv(P) @ V @ inv(P))
wrong("log_determinant", "P", "missing_term|regularization", lambda P, V: -(inv(P) @ V @ inv(P)).T)
wrong("log_determinant", "P", "missing_term", lambda P, V: inv(P).T)
wrong("log_determinant", "P", "inverse", lambda P, V: P - (inv(P) @ V @ inv(P)).T)
wrong("log_determinant", "V", "inverse", lambda P, V: P)

# ----- trace_form: tr(X^T A X B) -----

wrong("trace_form", "X", "missing_term|transpose", lambda X, A, B: 2 * A @ X @ B)
wrong("trace_form", "X", "missing_term", lambda X, A, B: A @ X @ B)
wrong("trace_form", "X", "transpose", lambda X, A, B: A @ X @ B + A @ X @ B.T)
wrong("trace_form", "A", "transpose|layout", lambda X, A, B: X @ B @ X.T)

# ----- normalisation over a batch -----


def normalised(slip: str) -> Callable[..., Any]:
    def grad_X(X: Any, g: Any, b: Any, Y: Any) -> Any:
        n = len(X)
        m, v = X.mean(0), X.var(0)
        s = np.sqrt(v + 0.01)
        C = X - m
        dH = 2 * (g * C / s + b - Y) * g
        dv = (dH * C).sum(0) * -0.5 / s**3
        dC = dH / s + (0 if slip == "variance" else dv * 2 * C / n)
        if slip == "variance_sum":
            dC = dH / s + dH * C * -0.5 / s**3 * 2 * C / n
        return dC - (0 if slip == "mean" else dC.sum(0) / (1 if slip == "count" else n))

    return grad_X


batch = "normalisation"
wrong(batch, "X", "missing_term", normalised("mean"))
wrong(batch, "X", "missing_term", normalised("variance"))
wrong(batch, "X", "missing_sum", normalised("variance_sum"))
wrong(batch, "X", "mean_vs_sum", normalised("count"))


def scale_gradient(X: Any, g: Any, b: Any, Y: Any) -> Any:
    hat = (X - X.mean(0)) / np.sqrt(X.var(0) + 0.01)
    return 2 * (g * hat + b - Y) * hat


wrong(batch, "g", "missing_sum", scale_gradient)
wrong(batch, "g", "collapsed_sum", lambda *inputs: scale_gradient(*inputs).sum())
wrong(batch, "g", "inner_derivative|swapped_gradients", lambda X, g, b, Y:
      (2 * (g * (X - X.mean(0)) / np.sqrt(X.var(0) + 0.01) + b - Y)).sum(0))  # fmt: skip

# ----- attention: ||softmax(Q K^T) V - Y||_F^2 -----


def attending(jacobian: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def grad_Q(Q: Any, K: Any, V: Any, Y: Any) -> Any:
        P = softmax(Q @ K.T)
        return jacobian(2 * (P @ V - Y) @ V.T, P) @ K

    return grad_Q


def through_softmax(g: Any, p: Any) -> Any:
    return p * (g - (g * p).sum(-1, keepdims=True))


attention = "attention"
wrong(attention, "Q", "softmax_diagonal", attending(lambda g, p: g * p * (1 - p)))
wrong(attention, "Q", "softmax_diagonal", attending(lambda g, p: g * p))
wrong(attention, "Q", "activation_derivative", attending(lambda g, p: g))
wrong(attention, "Q", "wrong_axis|collapsed_sum", attending(lambda g, p: p * (g - (g * p).sum())))
wrong(attention, "Q", "factor", attending(lambda g, p: p * (g - (g * p).sum(-1, keepdims=True)) / 2))
wrong(attention, "Q", "softmax_diagonal+factor", attending(lambda g, p: g * p * (1 - p) / 2))
wrong(attention, "V", "|transpose", lambda Q, K, V, Y: softmax(Q @ K.T) @ (2 * (softmax(Q @ K.T) @ V - Y)))
wrong(attention, "V", "wrong_axis", lambda Q, K, V, Y:
      softmax(Q @ K.T, 0).T @ (2 * (softmax(Q @ K.T, 0) @ V - Y)))  # fmt: skip
wrong(attention, "K", "swapped_gradients", attending(through_softmax))

# ----- hinge: sum(max(S - S_y + 1, 0)) / N + reg ||W||^2 -----


def margins(slip: str) -> Callable[..., Any]:
    def grad_W(X: Any, W: Any, y: Any, reg: Any) -> Any:
        n = len(y)
        S = X @ W
        D = (S - S[np.arange(n), y][:, None] + 1 > 0).astype(float)
        if slip == "right":
            return None
        count = D.sum(1)
        picked = onehot(y, W.shape[1])
        if slip == "count":
            count = np.ones(n)
        if slip != "own":
            D = D - picked * count[:, None]
        if slip == "mask":
            D = np.ones_like(S) - picked * S.shape[1]
        data = X.T @ D / (1 if slip == "mean" else n)
        return data + {"reg": 0.0, "half": 1.0}.get(slip, 2.0) * reg * W

    return grad_W


wrong("hinge", "W", "missing_term", margins("own"))
wrong("hinge", "W", "missing_mask", margins("mask"))
wrong("hinge", "W", "regularization", margins("reg"))
wrong("hinge", "W", "regularization|factor", margins("half"))
wrong("hinge", "W", "mean_vs_sum", margins("mean"))
wrong("hinge", "W", "missing_sum|missing_mask", margins("count"))

# ----- lasso: 0.5 ||X W - Y||_F^2 + reg ||W||_1 -----

wrong("lasso", "W", "regularization|missing_mask", lambda X, W, Y, reg: X.T @ (X @ W - Y) + reg)
wrong("lasso", "W", "regularization|norm_not_squared", lambda X, W, Y, reg: X.T @ (X @ W - Y) + 2 * reg * W)
wrong("lasso", "W", "regularization", lambda X, W, Y, reg: X.T @ (X @ W - Y))
wrong("lasso", "W", "factor", lambda X, W, Y, reg: 2 * X.T @ (X @ W - Y) + reg * np.sign(W))

# ----- two_layer_relu: cross_entropy + reg (||W1||^2 + ||W2||^2) -----


def network(slip: str) -> Callable[..., Any]:
    def grad_W1(X: Any, W1: Any, b1: Any, W2: Any, b2: Any, y: Any, reg: Any) -> Any:
        Z = X @ W1 + b1
        P = softmax(np.maximum(Z, 0) @ W2 + b2) - onehot(y, W2.shape[1])
        dZ = P / (1 if "mean" in slip else len(y)) @ W2.T * (1 if "mask" in slip else Z > 0)
        if "residual" in slip:
            dZ = P / len(y) @ W2.T
            dZ = dZ * (dZ > 0)
        return X.T @ dZ + (0.0 if "reg" in slip else 1.0 if "half" in slip else 2.0) * reg * W1

    return grad_W1


net = "two_layer_relu"
wrong(net, "W1", "missing_mask", network("mask"))
wrong(net, "W1", "wrong_mask", network("residual"))
wrong(net, "W1", "regularization", network("reg"))
wrong(net, "W1", "regularization|factor", network("half"))
wrong(net, "W1", "mean_vs_sum", network("mean"))
wrong(net, "W1", "missing_mask+regularization", network("mask reg"))
wrong(net, "W1", "missing_mask+factor|missing_mask+regularization", network("mask half"))
wrong(net, "W1", "missing_mask+mean_vs_sum", network("mask mean"))

# ----- residual_norm: ||A x - b||_2 -----

wrong("residual_norm", "x", "norm_not_squared", lambda A, x, b: 2 * A.T @ (A @ x - b))
wrong("residual_norm", "x", "norm_not_squared", lambda A, x, b: A.T @ (A @ x - b))
wrong(
    "residual_norm", "x", "factor|norm_not_squared", lambda A, x, b: 2 * A.T @ (A @ x - b) / np.linalg.norm(A @ x - b)
)
wrong("residual_norm", "A", "transpose|layout|wrong_order", lambda A, x, b:
      np.outer(x, A @ x - b) / np.linalg.norm(A @ x - b))  # fmt: skip

# ----- steps, with upstream gradients -----

wrong("affine_step", "b", "missing_sum", lambda dZ, X, W, b: dZ)
wrong("affine_step", "b", "collapsed_sum", lambda dZ, X, W, b: dZ.sum())
wrong("affine_step", "b", "mean_vs_sum", lambda dZ, X, W, b: dZ.mean(0))
wrong("affine_step", "W", "mean_vs_sum", lambda dZ, X, W, b: X.T @ dZ / len(X))
wrong("affine_step", "W", "swapped_gradients", lambda dZ, X, W, b: dZ @ W.T)
wrong("affine_step", "X", "|transpose", lambda dZ, X, W, b: dZ @ W)
wrong("affine_step", "X", "ignored_upstream", lambda dZ, X, W, b: np.ones_like(dZ) @ W.T)
wrong("activation_steps", "Z", "softmax_diagonal", lambda dS, Z: dS * softmax(Z) * (1 - softmax(Z)))
wrong("activation_steps", "Z", "activation_derivative", lambda dS, Z: dS)
wrong("activation_steps", "Z", "wrong_axis", lambda dS, Z:
      softmax(Z) * (dS - (dS * softmax(Z)).sum(0)))  # fmt: skip
