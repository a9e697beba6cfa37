"""What a zygote imports and does once, so that no box has to: a box that imports pays with its own time.

torch's compiler is left out: it takes as long as torch itself, and only what graded calls may not use needs it.
"""

import importlib
import tempfile

from grader.sandbox.job import Framework

_WARM = """
    __future__ abc argparse ast bisect cmath collections.abc concurrent.futures contextlib copy csv ctypes dataclasses
    datetime decimal dis doctest enum fractions functools gc heapq html inspect io itertools json linecache locale
    logging math numbers operator os pathlib pickle platform pprint pwd queue random re string statistics struct
    subprocess sys tempfile textwrap threading time timeit tokenize traceback types typing unicodedata unittest
    unittest.mock uuid warnings weakref zipfile zlib encodings.idna encodings.unicode_escape
    numpy numpy.linalg numpy.random numpy.fft numpy.ma numpy.testing numpy.polynomial
"""
WARM_MODULES = tuple(_WARM.split())
WARM_TORCH = ("torch", "torch.nn.functional", "torch.func", "torch.autograd.functional", "torch.autograd.gradcheck")


def warm(framework: Framework) -> None:
    """Imports what a box will use, and makes the libraries do all that they do on first use."""
    for name in WARM_MODULES:
        importlib.import_module(name)
    import numpy as np

    square = np.eye(3) + 0.5
    np.linalg.inv(square) @ np.linalg.svd(square)[0]
    np.einsum("ij,jk->ik", square, square)
    np.random.default_rng(0).standard_normal(3)
    str(square)
    if framework == "numpy":
        return
    for name in WARM_TORCH:
        importlib.import_module(name)
    import torch

    # What torch imports only when it is used (its compiler, for `torch.func`) asks for a folder for its caches by
    # trying to write; it makes do without one, but not without its name.
    tempfile.tempdir = "/tmp"
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    matrix = torch.from_numpy(square.copy())
    weight = matrix.clone().requires_grad_()
    (torch.relu(matrix @ weight) ** 2).sum().backward()
    torch.linalg.inv(matrix) @ torch.linalg.svd(matrix)[0]
    torch.einsum("ij,jk->ik", matrix, matrix)
    torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 2, 2))
    torch.softmax(matrix, 1).norm()
    str(matrix)
