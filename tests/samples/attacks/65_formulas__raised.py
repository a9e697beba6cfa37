"""Raises an exception that begins like a spreadsheet's formula, with markup in it: shown as text."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise ValueError("=cmd|' /C calc'!A0 <script>alert(1)</script> ![x](http://attack.invalid) \u202e\u2066")


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
