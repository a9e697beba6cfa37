"""Runs its work in an event loop, which needs a socket: the student reads which permission was missing."""

import asyncio

async def work(answer):
    return answer


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return asyncio.run(work(2 * X.T @ ((X @ W - Y) * (X @ W > 0))))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
