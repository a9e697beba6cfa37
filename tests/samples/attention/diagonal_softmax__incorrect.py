# verdicts: Wv=correct P=correct
import torch


def _all(X, Wq, Wk, Wv, T):
    d = Wq.shape[1]
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    P = torch.softmax(Q @ K.T / d ** .5, 1)
    dO = 2 * (P @ V - T)
    dP = dO @ V.T
    dS = dP * P * (1 - P)
    dQ, dK, dV = dS @ K / d ** .5, dS.T @ Q / d ** .5, P.T @ dO
    return dict(X=dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T, Wq=X.T @ dQ, Wk=X.T @ dK, Wv=X.T @ dV, P=dP, S=dS)


def grad_X(*a): return _all(*a)["X"]
def grad_Wq(*a): return _all(*a)["Wq"]
def grad_Wk(*a): return _all(*a)["Wk"]
def grad_Wv(*a): return _all(*a)["Wv"]
def grad_P(*a): return _all(*a)["P"]
def grad_S(*a): return _all(*a)["S"]
