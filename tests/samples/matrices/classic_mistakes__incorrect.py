# verdicts: quad_grad_b.b=correct
import numpy as np
from numpy import linalg as la


def quad_grad_x(x, A, b): return 2 * A @ x + 2 * b
def quad_grad_A(x, A, b): return np.outer(x, x) / 2
def quad_grad_b(x, A, b): return 2 * x


def lgd_grad_S(S, B):
    return la.inv(S) - B


def lgd_grad_B(S, B): return S
def trc_grad_A(A, X, B): return X @ B.T @ X.T
def trc_grad_X(A, X, B): return 2 * A @ X @ B
def trc_grad_B(A, X, B): return X.T @ A.T @ X
def dt_grad_X(X, v): return la.det(X) * la.inv(X) + np.diag(v)
def dt_grad_v(X, v): return np.zeros(len(v)) + np.trace(X)
def rot_grad_X(Q, X, Y): return 2 * (Q @ X - Y)
def rot_grad_Q(Q, X, Y): return 2 * Q @ (X @ X.T) + 2 * Y @ X.T
