"""Looks up host names: an error and no waiting, and the right answer still counts."""

import socket
import urllib.request

from target import attempt


def attack():
    attempt("getaddrinfo", lambda: socket.getaddrinfo("attack.invalid", 80))
    attempt("gethostbyname", lambda: socket.gethostbyname("attack.invalid"))
    attempt("getfqdn", lambda: socket.gethostbyaddr("127.0.0.1"))
    attempt("urlopen", lambda: urllib.request.urlopen("http://attack.invalid/", timeout=1))
    attempt("sethostname", lambda: socket.sethostname("attack"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
