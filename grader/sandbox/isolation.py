"""What stands between a submission and this machine, as a report: the level, its layers, what is missing and why.

full       strong, and namespaces for user, pid, network, mounts and ipc with a private root
strong     all mandatory layers: no_new_privs, Landlock, seccomp, rlimits, close_range, another uid than root's
degraded   one of these is missing
none       a plain process: a self-check of one's own code
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Level = Literal["full", "strong", "degraded", "none"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From the strongest to the weakest."""

MANDATORY = ("no_new_privs", "landlock_fs", "seccomp", "rlimits", "close_range")
NAMESPACES_OF_FULL = frozenset({"user", "pid", "net", "mnt", "ipc"})


@dataclass(frozen=True)
class Isolation:
    """The isolation that every box of one sandbox has; `canary` counts the probes that were made of it."""

    level: Level
    arch: str
    kernel: str
    landlock_abi: int = 0
    landlock_errata: int = 0
    layers: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    canary: Mapping[str, int] = field(default_factory=lambda: {"passed": 0, "failed": 0})


def level_of(layers: Mapping[str, Any]) -> Level:
    """The level that these layers make."""
    if not all(layers.get(name) for name in MANDATORY):
        return "degraded"
    spaces = set(layers.get("namespaces", ()))
    if "pid" not in spaces and "signal" not in layers.get("landlock_scope", ()):
        return "degraded"
    return "full" if spaces >= NAMESPACES_OF_FULL and layers.get("private_root") else "strong"


def weakest(isolations: Sequence[Isolation]) -> Isolation:
    """The one of the lowest level; the first of these."""
    return max(isolations, key=lambda isolation: LEVELS.index(isolation.level))
