"""Rehearsals: all of it is done, and nothing of it is left behind."""

import linecache
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from grader.sandbox.job import ArrayArgument, Box, Call, ConstantArgument, Framework, GroupResult, Slot
from grader.sandbox.rehearsal import TYPICAL, rehearse, rehearse_calls
from grader.sandbox.values import Reader

FRAMEWORKS: list[Framework] = ["torch", "numpy"]


@pytest.fixture(autouse=True)
def _same_lines() -> Iterator[None]:
    before = dict(linecache.cache)
    yield
    linecache.cache.update(before)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_typical_source_matrix_runs_to_its_end(framework: Framework) -> None:
    """Nothing in it fails, so that all of it is rehearsed."""
    module = types.ModuleType("typical")
    exec(TYPICAL[framework], module.__dict__)
    matrix = np.arange(12.0).reshape(3, 4) - 5.0
    module.typical(torch.from_numpy(matrix) if framework == "torch" else matrix)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_rehearsals_any_calls_leave_no_module_behind(framework: Framework) -> None:
    """Arguments that are no matrices do not stop it, and the importer is as it was."""
    arguments: tuple[Any, ...] = (ArrayArgument("X"), ArrayArgument("v"), ConstantArgument("text"))
    group = GroupResult("dict", (Slot("dX", (2, 3)), Slot("dv", ())), ("dX", "dv"))
    box = Box(
        {"X": np.ones((2, 3)), "v": np.asarray(2.0)},
        (Call("c", "f", arguments, Slot("X", (2, 3))), Call("c", "g", arguments, group)),
    )
    finders = list(sys.meta_path)
    rehearse(framework, Reader())
    rehearse_calls(framework, Reader(), box)
    assert sys.meta_path == finders
    assert not {"a", "rehearsal", "submission"} & set(sys.modules)
    np.testing.assert_array_equal(box.arrays["X"], np.ones((2, 3)))
