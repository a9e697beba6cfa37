list = sum = len = max = range = print = dict = tuple = isinstance = type = None
import builtins
torch = "torch"
np = numpy = None
X = W = Y = 1
open = id = Exception = None


def grad_W(X, W, Y):
    int = float = None
    return 2 * X.T @ (X @ W - Y)


def grad_Y(X, W, Y):
    return 2 * (Y - X @ W)
