"""`grader doctor`: what this machine's sandbox enforces, layer by layer, and what to do about the rest."""

import json as json_format
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from grader.sandbox.isolation import Isolation

LAYERS: Mapping[str, tuple[str, str]] = {
    "no_new_privs": ("no program can give more rights", "use a Linux kernel from 3.5 on"),
    "landlock_fs": (
        "files out of reach",
        "use a Linux kernel from 5.13 on with Landlock (`lsm=` at boot), and let the container allow its calls",
    ),
    "landlock_net": (
        "TCP out of reach",
        "use a Linux kernel from 6.7 on; seccomp and namespaces close the network too",
    ),
    "landlock_scope": ("signals and sockets of other processes out of reach", "use a Linux kernel from 6.12 on"),
    "seccomp": ("only the system calls that arithmetic needs", "let the container allow seccomp filters"),
    "rlimits": ("bounds on memory, time, files and processes", "raise the hard limits of this shell (ulimit -H)"),
    "close_range": ("no open file is inherited", "use a Linux kernel from 5.9 on"),
    "namespaces": (
        "a world of its own: processes, network, mounts",
        "allow user namespaces (kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), "
        "or run as root outside of a container",
    ),
    "private_root": ("an empty root folder", "comes with namespaces"),
    "cgroup": ("bounds on memory and processes together", "optional: lend the grader a cgroup (systemd Delegate=yes)"),
    "uid_drop": ("another user than root", "start as an ordinary user, or as root with the right to change its uid"),
    "capabilities": ("no special right is kept", "start as an ordinary user"),
    "autograd_gate": ("differentiation by torch is refused", "needs no support; looked at when torch is used"),
}
"""For each layer what it does, and what to do where it is missing."""


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what this machine's sandbox can and cannot enforce, layer by layer, and what to do."""
    from grader.sandbox import open_sandbox

    with open_sandbox("torch") as sandbox:
        isolation = sandbox.isolation
    if json:
        sys.stdout.write(json_format.dumps(findings(isolation), indent=2, ensure_ascii=False) + "\n")
        return
    from grader.render.terminal import console

    console().print(_view(isolation))


def findings(isolation: "Isolation") -> dict[str, Any]:
    """The isolation as plain data, each layer with what it does and whether it is there."""
    layers = {
        name: {"enforced": is_there(name, isolation.layers.get(name)), "does": does, "remedy": remedy}
        for name, (does, remedy) in LAYERS.items()
    }
    return {
        "level": isolation.level,
        "arch": isolation.arch,
        "kernel": isolation.kernel,
        "landlock_abi": isolation.landlock_abi,
        "layers": layers,
        "details": dict(isolation.layers),
        "missing": list(isolation.missing),
        "canary": dict(isolation.canary),
    }


def is_there(name: str, value: object) -> bool:
    """Whether a layer's entry says that it is enforced; an ordinary user has no other one to become."""
    if name == "uid_drop":
        return bool(value) or getattr(os, "geteuid", lambda: 1)() != 0
    return value == [] if name == "capabilities" else bool(value)


def _view(isolation: "Isolation") -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    good = isolation.level in ("full", "strong")
    heading = Text.assemble("Isolation: ", (isolation.level, "bold green" if good else "bold red"))
    heading.append(f"  (Linux {isolation.kernel}, {isolation.arch}, Landlock ABI {isolation.landlock_abi})")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("layer", "here", "what it does, or what to do"):
        table.add_column(column, overflow="fold")
    for name, (does, remedy) in LAYERS.items():
        there = is_there(name, isolation.layers.get(name))
        table.add_row(
            name, Text("yes" if there else "no", style="green" if there else "yellow"), does if there else remedy
        )
    canary = isolation.canary
    parts: list[RenderableType] = [heading, table]
    parts += [Text(f"Missing: {what}", style="yellow") for what in isolation.missing]
    parts.append(Text(f"Probes of the sandbox: {canary.get('passed', 0)} held, {canary.get('failed', 0)} did not."))
    parts.append(
        Text("Submissions of other people can be graded here.", style="green")
        if good
        else Text("Grade only code that you trust here, or use --allow-degraded knowingly.", style="red")
    )
    return Group(*parts)
