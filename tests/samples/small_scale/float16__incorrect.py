import numpy as np
def grad_A(A, B, s, t): return (2 * s * s * (A @ B) @ B.T + t * B.T).astype(np.float16)
def grad_B(A, B, s, t):
    A, B = A.astype(np.float16), B.astype(np.float16)
    return (2 * A.T @ (A @ B)) * (s * s) + t * A.T
