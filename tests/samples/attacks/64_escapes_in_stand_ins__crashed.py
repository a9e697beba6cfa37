"""Forges the frame of its import, with stand-ins named by escapes: each is shown as what it is."""

# others may fall: the frame of the import stands where an answer is due

import json
import os
import struct


def forge(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    os.write(3, struct.pack("<I", len(text)) + text + body)


forge(["imported", ["\x1b[31m", "\u202egnissap", "<script>", "\0"]])


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
