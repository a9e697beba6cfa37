"""What the sandbox enforces here."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from grader.commands.app import app
from grader.commands.doctor import LAYERS
from grader.sandbox import open_sandbox
from grader.sandbox.isolation import Isolation


class _Opened:
    """A sandbox of which only the isolation is looked at."""

    def __init__(self, isolation: Isolation) -> None:
        self.isolation = isolation

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *_: object) -> None: ...


WEAK = Isolation(
    "degraded",
    "x86_64",
    "5.10",
    layers={"no_new_privs": True, "rlimits": {"core": 0}, "capabilities": []},
    missing=("landlock: not in this kernel",),
    canary={"passed": 3, "failed": 1},
)


def _doctor(monkeypatch: pytest.MonkeyPatch, isolation: Isolation, *options: str) -> str:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("grader.sandbox.open_sandbox", lambda framework: _Opened(isolation))
    done = CliRunner().invoke(app, ["doctor", *options])
    assert done.exit_code == 0
    return done.stdout


def test_missing_layers_come_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is explained, what is not comes with what to do."""
    lines = [line.rstrip() for line in _doctor(monkeypatch, WEAK).splitlines()]
    assert lines[0] == "Isolation: degraded  (Linux 5.10, x86_64, Landlock ABI 0)"
    assert "no_new_privs    yes   no program can give more rights" in lines
    assert "close_range     no    use a Linux kernel from 5.9 on" in lines
    assert lines[-3:] == [
        "Missing: landlock: not in this kernel",
        "Probes of the sandbox: 3 held, 1 did not.",
        "Grade only code that you trust here, or use --allow-degraded knowingly.",
    ]


def test_findings_are_data_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As JSON, every layer says whether it is enforced."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    found: dict[str, Any] = json.loads(_doctor(monkeypatch, WEAK, "--json"))
    assert (found["level"], found["missing"]) == ("degraded", ["landlock: not in this kernel"])
    enforced = {name for name, layer in found["layers"].items() if layer["enforced"]}
    assert enforced == {"no_new_privs", "rlimits", "capabilities"}


def test_ordinary_user_need_not_become_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root has a user to drop to; nobody is told to start as what they are."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "uid_drop        yes   another user than root" in map(str.rstrip, _doctor(monkeypatch, WEAK).splitlines())
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert "uid_drop        no    start as an ordinary user" in _doctor(monkeypatch, WEAK)


def test_every_layer_of_the_sandbox_is_explained() -> None:
    """A layer that the sandbox gains must be put into words too."""
    with open_sandbox("numpy") as sandbox:
        layers = set(sandbox.isolation.layers)
    assert layers <= set(LAYERS)
