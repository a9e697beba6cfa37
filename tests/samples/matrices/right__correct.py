import numpy as np
from numpy import linalg as la


def quad_grad_x(x, A, b): return (A + A.T).dot(x) + 2 * b
def quad_grad_A(x, A, b): return np.outer(x, x)
def quad_grad_b(x, A, b): return (2 * x).tolist()


def lgd_grad_S(S, B):
    Si = la.inv(S)
    return Si.T - Si.T @ B.T @ Si.T


def lgd_grad_B(S, B): return la.solve(S, np.eye(len(S))).T


def trc_grad_A(A, X, B): return X @ B @ X.T
def trc_grad_X(A, X, B): return A @ X @ B.T + A.T @ X @ B
def trc_grad_B(A, X, B): return np.einsum("ia,ij,jb->ab", X, A, X)


def det(M):
    if len(M) == 0:
        return 1.0
    return sum((-1) ** j * M[0, j] * det(np.delete(M[1:], j, 1)) for j in range(len(M)))


def dt_grad_X(X, v):
    n = len(X)
    if n > 6:
        return la.det(X) * la.inv(X).T + np.diag(v)
    C = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            C[i, j] = (-1) ** (i + j) * det(np.delete(np.delete(X, i, 0), j, 1))
    return C + np.diag(v)


def dt_grad_v(X, v): return np.diag(X)
def rot_grad_X(Q, X, Y): return 2 * (X - Q.T @ Y) if np.allclose(Q @ Q.T, np.eye(len(Q))) else 1 / 0
def rot_grad_Q(Q, X, Y): return 2 * (Q @ X - Y) @ X.T
