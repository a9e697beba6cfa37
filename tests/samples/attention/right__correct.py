import torch

CACHE = {}


def _all(X, Wq, Wk, Wv, T):
    key = tuple(id(a) for a in (X, Wq, Wk, Wv, T))
    d = Wq.shape[1]
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    P = torch.nn.functional.softmax(Q @ K.T / d ** .5, dim=-1)
    dO = 2 * (P @ V - T)
    dP = dO @ V.T
    dS = P * (dP - (dP * P).sum(-1, keepdim=True))
    dQ, dK, dV = dS @ K / d ** .5, dS.T @ Q / d ** .5, P.T @ dO
    return dict(X=dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T, Wq=X.T @ dQ, Wk=X.T @ dK, Wv=X.T @ dV, P=dP, S=dS)


for _name in ("X", "Wq", "Wk", "Wv", "P", "S"):
    exec(f"def grad_{_name}(*args): return _all(*args)[{_name!r}]")
