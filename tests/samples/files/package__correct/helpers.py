from lib.deep import two
import main as _main_again


def residual(X, W, Y):
    return X @ W - Y
