# verdicts: X=incorrect Wq=incorrect Wk=wrong_shape Wv=raised P=correct S=incorrect
import torch


def _all(X, Wq, Wk, Wv, T, wrong):
    d = Wq.shape[1]
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    P = torch.softmax(Q @ K.T / d ** .5, 1)
    dO = 2 * (P @ V - T)
    dP = dO @ V.T
    dS = P * (dP - (dP * P).sum(-1, keepdim=True))
    if wrong == "S":
        dS = P * (dP - (dP * P).sum(0, keepdim=True))
    if wrong == "scale":
        d = 1
    dQ, dK, dV = dS @ K / d ** .5, dS.T @ Q / d ** .5, P.T @ dO
    if wrong == "X":
        return dQ @ Wq.T + dV @ Wv.T
    return dict(Wq=X.T @ dQ, Wk=X.T @ dK, Wv=X.T @ dV, P=dP, S=dS)


def grad_X(*a): return _all(*a, "X")
def grad_Wq(*a): return _all(*a, "scale")["Wq"]
def grad_Wk(X, Wq, Wk, Wv, T): return _all(X, Wq, Wk, Wv, T, "")["Wk"].T
def grad_Wv(X, Wq, Wk, Wv, T): return X @ (torch.softmax((X @ Wq) @ (X @ Wk).T / 2, 1) - T)
def grad_P(*a): return _all(*a, "")["P"]
def grad_S(*a): return _all(*a, "S")["S"]
