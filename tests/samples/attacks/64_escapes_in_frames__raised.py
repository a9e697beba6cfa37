"""Forges frames whose texts are escapes: each is shown as what it is."""

# others may fall: the process ends where the answer of the next call is due

import json
import os
import struct

import torch


def forge(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    os.write(3, struct.pack("<I", len(text)) + text + body)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    forge(["whole", 1, ["raised", "\x1b[31mred\x1b]8;;http://attack.invalid\x07link\x1b]52;c;YXR0YWNr\x07\rover\b\x9b2J\x7f\u202egnissap\u2066\u200b\ufeff<script>alert(1)</script>\0\ud800[x](javascript:1)", "\x1b[31mred\x1b]8;;http://attack.invalid\x07link\x1b]52;c;YXR0YWNr\x07\rover\b\x9b2J\x7f\u202egnissap\u2066\u200b\ufeff<script>alert(1)</script>\0\ud800[x](javascript:1)", 1, "\x1b[31mred\x1b]8;;http://attack.invalid\x07link\x1b]52;c;YXR0YWNr\x07\rover\b\x9b2J\x7f\u202egnissap\u2066\u200b\ufeff<script>alert(1)</script>\0\ud800[x](javascript:1)"], []])
    os._exit(0)
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
