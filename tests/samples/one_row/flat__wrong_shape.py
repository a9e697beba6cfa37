# verdicts: y=correct
def _f(x, W1, W2, y):
    h = x @ W1
    r = h.clamp(min=0) @ W2 - y
    return h, r, 2 * r @ W2.T * (h >= 0)
def grad_x(*a): return (_f(*a)[2] @ a[1].T).flatten()
def grad_W1(*a): return (a[0].T @ _f(*a)[2]).T
def grad_W2(*a): return (2 * _f(*a)[0].clamp(0).T * _f(*a)[1]).squeeze()
def grad_y(*a): return [[-2 * _f(*a)[1]]]
