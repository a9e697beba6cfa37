"""The kernel's own calls that Python has no name for, by number: x86_64 and aarch64, nothing else.

Every wrapper raises `OSError` with the kernel's errno. On any other machine `supported()` is false, and the
sandbox says so instead of guessing at numbers.
"""

import ctypes
import functools
import os
import platform
import struct
import sys
from typing import Any

ARCHES = ("x86_64", "aarch64")
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 2
MS_NODEV = 4
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
AT_RECURSIVE = 0x8000
AT_FDCWD = -100
MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_SET_NAME = 15

CAP_DAC_READ_SEARCH = 2
CAP_LAST = 40

# One line for each call that the sandbox makes, allows or kills for: (x86_64, aarch64); None where an
# architecture lacks it.
# fmt: off
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "openat": (257, 56),
    "open": (2, None),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "brk": (12, 214),
    "madvise": (28, 233),
    "get_mempolicy": (239, 236),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "set_tid_address": (218, 96),
    "membarrier": (324, 283),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_getscheduler": (145, 120),
    "gettid": (186, 178),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getrandom": (318, 278),
    "getcpu": (309, 168),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "close_range": (436, 436),
    "capget": (125, 90),
    "capset": (126, 91),
    "mount_setattr": (442, 442),
    "prctl": (157, 167),
}
# fmt: on


@functools.cache
def arch() -> str:
    """The machine's architecture under the kernel's name for it."""
    return platform.machine()


def supported() -> bool:
    """Whether this is a 64-bit Linux whose call numbers are in the table."""
    return sys.platform == "linux" and arch() in ARCHES and sys.maxsize > 2**32


def number(name: str) -> int | None:
    """The number of a call on this machine; None where the architecture lacks it."""
    return NUMBERS[name][ARCHES.index(arch())]


@functools.cache
def libc() -> Any:
    """The C library of this process."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def call(name: str, *arguments: int | bytes | ctypes.Array[Any] | None) -> int:
    """Makes one call by number; integers are passed as 64-bit words, buffers by address."""
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    found = number(name)
    result = int(libc().syscall(ctypes.c_long(-1 if found is None else found), *words))
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int = 0) -> None:
    """One of the switches of the calling process."""
    call("prctl", option, value, 0, 0, 0)


def close_from(first: int) -> None:
    """Closes every descriptor from `first` on."""
    call("close_range", first, 0xFFFFFFFF, 0)


def set_capabilities(*kept: int) -> None:
    """Leaves the process these capabilities and no others."""
    low = sum(1 << capability for capability in kept)
    header = struct.pack("=Ii", 0x20080522, 0)
    call("capset", header, struct.pack("=6I", low, low, 0, 0, 0, 0))


def has_capabilities(*wanted: int) -> bool:
    """Whether the process may use all of these capabilities."""
    header = struct.pack("=Ii", 0x20080522, 0)
    data = ctypes.create_string_buffer(24)
    call("capget", header, data)
    (effective,) = struct.unpack_from("=I", data)
    return all(effective >> capability & 1 for capability in wanted)


def drop_bounding_set() -> None:
    """Takes away what an executed file could give back; nothing to do where we may not."""
    for capability in range(CAP_LAST + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            return


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """mount(2)."""
    call("mount", _c(source), _c(target), _c(kind), flags, _c(options))


def make_read_only(target: str) -> None:
    """Makes a mount and all below it read-only, whatever they are mounted from."""
    attributes = struct.pack("=4Q", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0)
    call("mount_setattr", AT_FDCWD, _c(target), AT_RECURSIVE, attributes, len(attributes))


def pivot_root(new: str, old: str) -> None:
    """Makes `new` the root of this mount namespace and hangs the former one at `old`."""
    call("pivot_root", _c(new), _c(old))


def unmount(target: str) -> None:
    """Detaches a mount; what still uses it goes on."""
    call("umount2", _c(target), MNT_DETACH)


def unshare(flags: int) -> None:
    """Moves the process into new namespaces; its next child, for the pid namespace."""
    call("unshare", flags)


def _c(text: str) -> bytes:
    return os.fsencode(text) + b"\0"
