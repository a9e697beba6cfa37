"""Writes answers of kinds that only the grader may give: no frame, and no answer."""

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
    forge(["whole", 1, ["broken", "the grader failed"], []])
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
