"""Grades gradients derived by hand: runs them in a sandbox and compares them with torch.autograd.

In a notebook:  import grader; grader.check("relu_frobenius.yaml", globals())
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from os import PathLike

    from grader.report import Report

__version__ = "0.1.0"

__all__ = ["__version__", "check"]


def check(assignment: "str | PathLike[str]", functions: Any, *, seed: int | None = None) -> "Report":
    """Try functions on the public cases of an assignment and on fresh random ones, and show what came of it.

    Args:
        assignment: the path of an assignment file, or the id of one under `assignments/`.
        functions: `globals()`, a dict of functions by their names, or a module.
        seed: draws the random cases of an earlier check again.

    Returns:
        The report, as data.

    Raises:
        AuthorError: if there is no such assignment, or its file is faulty.
        KeyboardInterrupt: if it is interrupted, as by Ctrl-C.
    """
    from grader import self_check  # imported late: `import grader` waits for nothing

    return self_check.check(assignment, functions, seed=seed)
