"""Namespaces and a private root: a machine in which the box's files, processes and network are all there is.

    keeper (outside) ─fork─▶ doorkeeper: unshare(user, mnt, pid, net, ipc, uts, cgroup)
        keeper writes the doorkeeper's uid and gid maps, as only one outside may map two ids
                              doorkeeper ─fork─▶ zygote, process 1 of its pid namespace

The second fork is needed: without it every new thread fails. The root is changed only after numpy and torch
were imported, for they read /proc while they start. As root two ids are mapped: 0 for the zygote, which may
have to pass a closed /root, and 65534 for the boxes. Otherwise the one id that we have is mapped.
"""

import contextlib
import os
import stat

from grader.sandbox import syscalls
from grader.sandbox.reach import Reach

KINDS = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")
FLAGS = (
    syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWCGROUP
)
NOBODY = 65534

MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt", "/sys", "/boot", "/home", "/run", "/var", "/tmp")
"""Where the new root may be assembled: the first that is there and hides nothing that it is made of."""


class NamespaceError(Exception):
    """There are no namespaces to be had here; the text says why."""


def write_maps(pid: int) -> None:
    """Maps ids for a process that has just entered a user namespace; called from outside of it."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        both = f"0 0 1\n{NOBODY} {NOBODY} 1\n"
        _write(f"/proc/{pid}/uid_map", both)
        _write(f"/proc/{pid}/gid_map", both)
        return
    _write(f"/proc/{pid}/setgroups", "deny")
    _write(f"/proc/{pid}/uid_map", f"{NOBODY} {uid} 1\n")
    _write(f"/proc/{pid}/gid_map", f"{NOBODY} {gid} 1\n")


def isolate_mounts() -> None:
    """Cuts the new mount namespace off from the old one, and fails early where mounting is not allowed."""
    syscalls.mount("none", "/", "", syscalls.MS_REC | syscalls.MS_PRIVATE)
    point = next(path for path in MOUNT_POINTS if os.path.isdir(path))
    syscalls.mount("tmpfs", point, "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV)
    syscalls.unmount(point)


def enter_private_root(reach: Reach) -> None:
    """Makes a file system that holds `reach`, read-only, and nothing else the root of this namespace."""
    new = _mount_point([*reach.entries, *reach.folders])
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("tmpfs", new, "tmpfs", flags, "size=4m,nr_inodes=16k,mode=0755")
    _plant_top_links(new)
    for folder in reach.folders:
        os.makedirs(new + _follow(new, folder), mode=0o755, exist_ok=True)
    for entry in reach.entries:
        _bind(new, entry)
    old = os.path.join(new, ".old")
    os.mkdir(old)
    syscalls.make_read_only(new)
    syscalls.pivot_root(new, old)
    os.chdir("/")
    syscalls.unmount("/.old")


def _bind(new: str, path: str) -> None:
    """Shows a file or folder of the present root at its own path below `new`."""
    real = _follow(new, path)
    target = new + real
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
    if stat.S_ISDIR(os.stat(real).st_mode):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    syscalls.mount(real, target, "", syscalls.MS_BIND | syscalls.MS_REC)


def _follow(new: str, path: str) -> str:
    """The path free of links; each link on the way to it is made in `new` too, as libraries are sought by it."""
    done = ""
    parts = [part for part in path.split("/") if part]
    while parts:
        here = f"{done}/{parts.pop(0)}"
        if not os.path.islink(here):
            done = here
            continue
        aim = os.readlink(here)
        if not os.path.lexists(new + here):
            os.makedirs(os.path.dirname(new + here), mode=0o755, exist_ok=True)
            os.symlink(aim, new + here)
        whole = os.path.normpath(aim if aim.startswith("/") else f"{done}/{aim}")
        parts = [part for part in whole.split("/") if part] + parts
        done = ""
    return done


def _plant_top_links(new: str) -> None:
    """`/lib -> usr/lib` and the like, by which the dynamic linker finds its libraries."""
    for name in ("lib", "lib64", "bin"):
        if os.path.islink(f"/{name}"):
            with contextlib.suppress(FileExistsError):
                os.symlink(os.readlink(f"/{name}"), f"{new}/{name}")


def _mount_point(sources: list[str]) -> str:
    for path in MOUNT_POINTS:
        hides = any(os.path.realpath(source).startswith(path + "/") for source in sources)
        if os.path.isdir(path) and not os.path.islink(path) and not hides:
            return path
    raise OSError("no folder to assemble the private root in")


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
