import torch
class Answer(tuple): pass
class Loud(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return super().__torch_function__(func, types, args, kwargs or {})
def grad_X(X, W, Y): return (2 * ((X @ W).clamp_min(0) - Y) * (X @ W).sign().clamp(min=0) @ W.T).as_subclass(Loud)
def grad_W(X, W, Y):
    R = torch.zeros_like(Y)
    for n in range(X.shape[0]):
        for m in range(W.shape[1]):
            z = sum(X[n, d] * W[d, m] for d in range(W.shape[0]))
            R[n, m] = 2 * (z - Y[n, m]) if z > 0 else 0
    return Answer(Answer(row) for row in X.T @ R)
def grad_Y(X, W, Y): return torch.stack([torch.stack([2 * (y - max(z, z * 0)) for y, z in zip(a, b)]) for a, b in zip(Y, X @ W)])
