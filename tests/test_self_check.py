"""`grader.check`: the student's own functions, called in the session that asks."""

import random
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import grader
from grader import assignment_file
from grader.assignment import Assignment
from grader.errors import AuthorError
from grader.grading import grade
from grader.intake import collect_one
from grader.preparation import Prepared, prepare, wanted
from grader.report import GradientReport, Report, dump
from grader.sandbox import OpenSandbox, open_sandbox

ROOT = Path(__file__).parent.parent
NUMPY = """
objective: "||max(X W, 0) - Y||_F^2"
seed: 0
shapes: {X: [10, 4], W: [4, 4], Y: [10, 4]}
framework: numpy
"""
RIGHT = """
import numpy as np
def mask(X, W): return X @ W > 0
def grad_X(X, W, Y): return 2 * (np.maximum(X @ W, 0) - Y) * mask(X, W) @ W.T
def grad_W(X, W, Y): return X.T @ (2 * (np.maximum(X @ W, 0) - Y) * mask(X, W))
def grad_Y(X, W, Y): return -2 * (np.maximum(X @ W, 0) - Y)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the student's session is, with the assignment in it."""
    (tmp_path / "relu.yaml").write_text(NUMPY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def session(source: str = RIGHT, file: str = "<cell>") -> dict[str, Any]:
    """The `globals()` of a session in which the source was run."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, file, "exec"), space)
    return space


def check(space: Any, seed: int = 5) -> Report:
    return grader.check("relu.yaml", space, seed=seed)


def verdicts(report: Report) -> list[str]:
    return [gradient.verdict for gradient in report.gradients]


@pytest.mark.usefixtures("folder")
def test_check_right_functions_shows_a_table_and_returns_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    """The table is that of `grader check`, and says nothing of sandboxes; the report is short where it is shown."""
    report = check(session())
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "you  3 of 3 points",
        "  gradient  function  verdict  points  cases",
        "  X         grad_X    correct     1/1    6/6",
        "  W         grad_W    correct     1/1    6/6",
        "  Y         grad_Y    correct     1/1    6/6",
        "The random cases were drawn with seed=5.",
    ]
    assert isinstance(report, Report)
    assert repr(report) == str(report) == "<Report: 3 of 3 points, 3 of 3 correct>"
    assert b'"level":"none"' in dump(report).replace(b" ", b"")
    assert report.warnings == ()


@pytest.mark.parametrize(("title", "locale"), [("{zh-CN: 矩阵求导}", "C.UTF-8"), ("{en: A, zh-CN: 甲}", "zh_CN.UTF-8")])
def test_check_speaks_the_language_of_the_title_or_the_locale(
    title: str, locale: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single title decides, else the locale; the report speaks that language wherever it is shown."""
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("COLUMNS", "120")
    (folder / "relu.yaml").write_text(f"{NUMPY}title: {title}\n", encoding="utf-8")
    report = check(session(RIGHT.replace("return -2", "return 2")))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()][-3:] == [
        f"  grad_Y, Y，测试点 handout，随机种子 0：{report.gradients[2].cases[0].message}",
        f"  {report.gradients[2].diagnosis[0].message}{report.gradients[2].diagnosis[0].help}",
        "随机测试点由 seed=5 生成。",
    ]
    assert report.gradients[2].diagnosis[0].message.startswith("dY 除了 ")
    assert repr(report) == "<报告：2 分（满分 3 分），3 个梯度中 2 个正确>"


@pytest.mark.usefixtures("folder")
def test_check_module_or_dict_is_the_same() -> None:
    """A module, the globals of a session and a dict of functions alone give the same verdicts."""
    space = session()
    module = types.ModuleType("mine")
    module.__dict__.update(space)
    alone = {name: space[name] for name in ("grad_X", "grad_W", "grad_Y")}
    assert verdicts(check(module)) == verdicts(check(alone)) == ["correct"] * 3


@pytest.mark.usefixtures("folder")
def test_check_something_else_is_refused() -> None:
    """A file's name in place of the functions is an easy mistake."""
    with pytest.raises(TypeError, match=r"^expected globals\(\), a dict of functions or a module, got a str$"):
        check("mine.py")


@pytest.mark.usefixtures("folder")
def test_check_unknown_assignment_is_one_sentence() -> None:
    """As the command says it."""
    with pytest.raises(AuthorError, match=r"^there is no file none\.yaml$"):
        grader.check("none.yaml", {})


@pytest.mark.usefixtures("folder")
def test_check_same_seed_draws_the_same_cases() -> None:
    """With another seed, or without one, the random cases are others."""
    seeds = [[case.seed for case in check(session(), seed).gradients[0].cases] for seed in (5, 5, 6)]
    assert seeds[0] == seeds[1] != seeds[2]
    assert grader.check("relu.yaml", session()).gradients[0].cases[1].seed not in (seeds[0][1], seeds[2][1])


@pytest.mark.usefixtures("folder")
def test_check_exception_names_the_innermost_line_of_the_session() -> None:
    """The line is that of the student's helper, not of numpy below it."""
    space = session(RIGHT.replace("return X @ W > 0", "\n    return np.linalg.inv(np.zeros((2, 2)))"))
    case = check(space).gradients[0].cases[0]
    assert case.message == "grad_X raised LinAlgError in line 4: Singular matrix"
    assert case.file is None


@pytest.mark.usefixtures("folder")
def test_check_decorated_function_names_its_own_line() -> None:
    """A decorator from elsewhere hides nothing."""

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def measured(*arguments: object) -> Any:
            return function(*arguments)

        return measured

    space = session(RIGHT.replace("return -2", "\n    return missing_name"))
    space["grad_Y"] = timed(space["grad_Y"])
    assert check(space).gradients[2].cases[0].message == (
        "grad_Y raised NameError in line 7: name 'missing_name' is not defined"
    )


@pytest.mark.usefixtures("folder")
def test_check_what_ends_a_process_is_a_verdict() -> None:
    """Neither `exit()` nor a lack of memory ends the session; after the latter the function is not called again."""
    space = session(RIGHT)
    calls: list[str] = []

    def hungry(*arguments: object) -> None:
        calls.append("grad_W")
        raise MemoryError

    space["grad_X"] = lambda *arguments: sys.exit(3)
    space["grad_W"] = hungry
    assert verdicts(check(space)) == ["raised", "out_of_memory", "correct"]
    assert calls == ["grad_W"]


@pytest.mark.usefixtures("folder")
def test_check_interrupted_passes_through() -> None:
    """Ctrl-C in a loop that does not end reaches the session, with streams and random numbers put back."""
    space = session()

    def endless(*arguments: object) -> None:
        random.seed(99)
        raise KeyboardInterrupt

    space["grad_W"] = endless
    before = random.getstate(), sys.stdout
    with pytest.raises(KeyboardInterrupt):
        check(space)
    assert (random.getstate(), sys.stdout) == before


@pytest.mark.usefixtures("folder")
def test_check_leaves_the_random_state_alone() -> None:
    """What the student draws next is what would have come anyway."""

    def draws() -> list[float]:
        return [random.random(), float(np.random.rand()), float(torch.rand(()))]

    def seeded() -> None:
        random.seed(1), np.random.seed(1), torch.manual_seed(1)

    seeded()
    expected = draws()
    seeded()
    check(session())
    assert draws() == expected


@pytest.fixture
def odd_session() -> Iterator[None]:
    """A session whose student has changed what can be changed."""
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_default_device("meta")
    old = np.seterr(all="raise")
    yield
    np.seterr(**old)
    torch.set_default_device(None)
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("folder", "odd_session")
def test_check_in_a_session_with_other_defaults_gives_the_same_report() -> None:
    """The handout's numbers do not depend on what the session's defaults are, and these stay as they were."""
    case = check(session(RIGHT.replace("return -2", "return -1"))).gradients[2].cases[0]
    defaults = torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_default_device().type, np.geterr()["over"]
    assert defaults == (torch.float64, False, "meta", "raise")
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.manual_seed(0)
    X, W, Y = (torch.randn(shape).double() for shape in ((10, 4), (4, 4), (10, 4)))
    expected = -2 * ((X @ W).relu() - Y)
    assert case.comparison is not None
    assert case.comparison.max_abs_error == pytest.approx(float(expected.abs().max()) / 2)


@pytest.mark.usefixtures("folder")
def test_check_gives_fresh_copies_in_the_framework() -> None:
    """A function that spoils its inputs harms no other call; in a numpy assignment they are arrays."""
    kinds: set[type] = set()

    def spoils(X: Any, W: Any, Y: Any) -> Any:
        kinds.update(map(type, (X, W, Y)))
        result = -2 * (np.maximum(X @ W, 0) - Y)
        X[:] = W[:] = Y[:] = 0
        return result

    report = check({**session(), "grad_Y": spoils})
    assert verdicts(report) == ["correct"] * 3
    assert kinds == {np.ndarray}
    assert [warning.message for warning in report.warnings] == [
        f"grad_Y changes its argument {name} in place." for name in "XWY"
    ]


@pytest.mark.usefixtures("folder")
def test_check_what_is_printed_stands_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """As in `grader check`, and no more than fits there."""
    printing = RIGHT.replace("def mask(X, W): ", "def mask(X, W):\n    print('Z', file=sys.stderr)\n    ")
    report = check(session(f"import sys\n{printing}"))
    assert report.stdout == "Z\n" * 12
    assert "  Printed:\n    Z" in capsys.readouterr().out
    long = check(session(RIGHT.replace("def mask(X, W): ", "def mask(X, W):\n    print('Z' * 100_000)\n    ")))
    assert len(long.stdout) <= 64 << 10
    assert [warning.code for warning in long.warnings] == ["output_truncated"]


def test_import_grader_waits_for_nothing_heavy() -> None:
    """Until something is checked."""
    code = (
        "import sys, grader\n"
        "heavy = {'torch', 'numpy', 'pydantic', 'yaml', 'rich'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or (not callable(grader.check)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# ----- the same verdicts as in a sandbox -----


@pytest.fixture(scope="module")
def sandbox() -> Iterator[OpenSandbox]:
    with open_sandbox("torch") as opened:
        yield opened


EXAMPLES = sorted(ROOT.glob("submissions/*/*.py"))
ELSEWISE = {
    "nils_uses_autograd": "the policy needs a process of its own",
    "qing_python2_print": "a session cannot even hold it",
    "boris_jacobian": "it needs a limit on memory",
    "flora_python_loops": "it needs a limit on time",
}


@cache
def once(path: Path) -> tuple[Assignment, Prepared]:
    """An assignment, prepared with a fresh seed."""
    loaded = assignment_file.load(path)
    return loaded, prepare(loaded, fresh_seed=7)


def told(gradient: GradientReport) -> dict[str, Any]:
    """All but the last digits, which the number of threads can change."""
    return gradient.model_dump(exclude={"cases": {"__all__": {"comparison", "error_map"}}})


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.stem not in ELSEWISE], ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of numpy, for how examples read tensors
def test_check_example_gives_the_report_of_the_sandbox(
    path: Path, sandbox: OpenSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verdicts, sentences and diagnoses are those of `grader check` with the same seed."""
    assignment = ROOT / "assignments" / f"{path.parent.name}.yaml"
    loaded, prepared = once(assignment)
    monkeypatch.setattr("grader.self_check.prepare", lambda *_, **__: prepared)
    walled = grade(prepared, collect_one(path, wanted(loaded)), {"torch": sandbox})
    space = session(path.read_text(), str(path)) | {"__name__": "mine"}
    free = grader.check(assignment, space, seed=7)
    assert [told(gradient) for gradient in free.gradients] == [told(gradient) for gradient in walled.gradients]
    assert (free.score, free.status) == (walled.score, walled.status)
    mutations = [one for one in walled.warnings if one.code == "mutates_inputs"]
    assert list(free.warnings) == mutations
