"""Changes limits, priorities and processors, its own and the grader's: each must be denied, and the right answer still
counts.
"""

import os
import resource

from target import PID, attempt


def attack():
    for process in (0, os.getppid(), PID):
        attempt("affinity", lambda process=process: os.sched_setaffinity(process, {0}))
        attempt("priority", lambda process=process: os.setpriority(os.PRIO_PROCESS, process, 10))
        attempt("scheduler", lambda process=process: os.sched_setscheduler(process, os.SCHED_BATCH, os.sched_param(0)))
        attempt("prlimit", lambda process=process: resource.prlimit(process, resource.RLIMIT_NOFILE, (10, 10)))
    attempt("prlimit", lambda: resource.prlimit(PID, resource.RLIMIT_NOFILE))
    attempt("nice", lambda: os.nice(5))
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        soft, hard = resource.getrlimit(kind)
        attempt("setrlimit", lambda kind=kind, hard=hard: resource.setrlimit(kind, (hard, hard)))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
