import numpy as np
def grad_x(x, g, b): return 2 * (x * g + b) * g + 2 * np.broadcast_to(x.mean(0), x.shape) / x.shape[0]
def grad_g(x, g, b): return (2 * (x * g + b) * x).sum(axis=(0, 2, 3), keepdims=True)[0]
def grad_b(x, g, b): return (2 * (x * g + b)).sum(axis=(0, 2, 3)).reshape(b.shape)
