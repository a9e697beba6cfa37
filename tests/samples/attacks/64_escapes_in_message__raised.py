"""Raises an exception whose message is made of escapes: each is shown as what it is."""

HOSTILE = "\x1b[31mred\x1b]8;;http://attack.invalid\x07link\x1b]52;c;YXR0YWNr\x07\rover\b\x9b2J\x7f\u202egnissap\u2066\u200b\ufeff<script>alert(1)</script>\0\ud800[x](javascript:1)"


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise ValueError(HOSTILE)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
