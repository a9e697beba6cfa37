"""Makes pipes and pairs of sockets: each must be denied, and the right answer still counts."""

import asyncio
import os
import select
import socket

from target import attempt


def attack():
    attempt("socketpair", lambda: socket.socketpair())
    attempt("pipe", lambda: os.pipe())
    attempt("memfd", lambda: os.memfd_create("attack"))
    attempt("eventfd", lambda: os.eventfd(0))
    attempt("epoll", lambda: select.epoll())
    attempt("openpty", lambda: os.openpty())
    attempt("asyncio", lambda: asyncio.new_event_loop())


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
