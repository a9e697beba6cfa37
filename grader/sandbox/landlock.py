"""The rules of what a box may read: all rights of the kernel's Landlock handled, a few granted again.

A ruleset is made once, in the zygote, and only entered by the boxes. It grants reading below the entries of
`Reach`, listing of the folders that hold them, and nothing else: no writing, no TCP, no signals and no
abstract sockets out of the box. Files that are already open are not covered, so descriptors are closed too.

    ABI   1 files   2 refer   3 truncate   4 TCP   5 device ioctl   6 scopes (signals, abstract sockets)
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from grader.sandbox import syscalls

NEEDED_ABI = 3
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FS_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights on files that an ABI knows; one that is not listed knows those of the last before it."""
NET_ABI, NET_TCP = 4, 0b11
SCOPE_ABI, SCOPES = 6, 0b11

CREATE_RULESET_VERSION = 1
CREATE_RULESET_ERRATA = 2
RULE_PATH_BENEATH = 1


@dataclass(frozen=True)
class Grant:
    """A right, or several, on a path and all below it; a path that is not there is passed over."""

    path: str
    rights: int


def abi() -> int:
    """The version of the running kernel's Landlock; 0 where there is none."""
    return _query(CREATE_RULESET_VERSION)


def errata() -> int:
    """The set of corrections that the running kernel's Landlock has; 0 where it cannot say."""
    return _query(CREATE_RULESET_ERRATA)


def make_ruleset(grants: Iterable[Grant]) -> int:
    """A descriptor of a ruleset that denies all that this kernel can deny, except `grants`."""
    version = abi()
    handled = FS_RIGHTS_BY_ABI[max(known for known in FS_RIGHTS_BY_ABI if known <= version)]
    net = NET_TCP if version >= NET_ABI else 0
    scoped = SCOPES if version >= SCOPE_ABI else 0
    attributes = struct.pack("=3Q", handled, net, scoped)
    size = 24 if version >= SCOPE_ABI else 16 if version >= NET_ABI else 8
    ruleset = syscalls.call("landlock_create_ruleset", attributes[:size], size, 0)
    for grant in grants:
        _add(ruleset, grant)
    return ruleset


def enter(ruleset: int) -> None:
    """Puts the calling thread under the rules for good; needs no_new_privs."""
    syscalls.call("landlock_restrict_self", ruleset, 0)


def _add(ruleset: int, grant: Grant) -> None:
    try:
        fd = os.open(grant.path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        # On a file the kernel refuses the rights that only a folder has.
        rights = grant.rights if stat.S_ISDIR(os.fstat(fd).st_mode) else grant.rights & ~READ_DIR
        rule = struct.pack("=Qi", rights, fd)
        syscalls.call("landlock_add_rule", ruleset, RULE_PATH_BENEATH, ctypes.create_string_buffer(rule), 0)
    finally:
        os.close(fd)


def _query(flag: int) -> int:
    if not syscalls.supported():
        return 0
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, flag)
    except OSError:
        return 0
