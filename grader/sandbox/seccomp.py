"""The allow-list of system calls, as tables, and the filter program made from them.

What is not in a table gets EPERM: libraries probe (nscd, cache folders, temporary files), and EPERM keeps that
harmless. No benign job makes the calls of `KILL`, so they end the process with SIGSYS. The program is
assembled once, in the zygote; only the box's own process number is written into it for each box.

    arch? ─no─▶ KILL        number in ALLOW ─▶ ALLOW      in CHECKED, argument fits ─▶ ALLOW, else its errno
    x32?  ─yes─▶ KILL       number in KILL  ─▶ KILL       else ─▶ EPERM
"""

import ctypes
import errno
import hashlib
import struct
from dataclasses import dataclass

from grader.sandbox import syscalls

_ALLOWED = """
    read write readv writev pread64 close fstat lseek dup dup2 dup3
    openat open newfstatat stat lstat statx access faccessat faccessat2 readlink readlinkat getcwd getdents64
    mmap munmap mprotect mremap brk madvise get_mempolicy
    futex set_robust_list rseq set_tid_address membarrier
    sched_yield sched_getaffinity sched_getscheduler getcpu
    gettid getpid getppid getuid geteuid getgid getegid
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getrlimit
    sysinfo uname getrandom poll ppoll select pselect6 exit exit_group
"""
ALLOW = tuple(_ALLOWED.split())

_DEADLY = """
    execve execveat ptrace process_vm_readv process_vm_writev bpf userfaultfd perf_event_open
    unshare setns mount umount2 pivot_root open_by_handle_at
    kexec_load kexec_file_load init_module finit_module delete_module
    keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register
"""
KILL = tuple(_DEADLY.split())

CLONE_THREAD = 0x00010000
CLONE_NEW_ANYTHING = 0x7E020000
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX = 0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451
PR_SVE_SET_VL, PR_SVE_GET_VL = 50, 51


@dataclass(frozen=True)
class Check:
    """A call that is allowed for some values of one argument, compared in its low 32 bits.

    `one_of` allows these values; `flags` allows a word that has all of `flags[0]` and none of `flags[1]`;
    `own_pid` allows the box's process number. Any other value fails with `otherwise`.
    """

    name: str
    argument: int
    one_of: tuple[int, ...] = ()
    flags: tuple[int, int] | None = None
    own_pid: bool = False
    otherwise: int = errno.EPERM


CHECKED = (
    Check("clone", 0, flags=(CLONE_THREAD, CLONE_NEW_ANYTHING)),
    Check("fcntl", 1, one_of=(F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL)),
    Check("ioctl", 1, one_of=(TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX), otherwise=errno.ENOTTY),
    Check("tgkill", 0, own_pid=True),
)

QUERY_ONLY = "prlimit64"
"""Allowed for the process itself with no new limit: first argument 0, third argument a null pointer."""

RET_KILL_PROCESS, RET_ERRNO, RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
PID_MARK = 0x7FFFFFF1
SECCOMP_SET_MODE_FILTER = 1


class Filter:
    """The assembled program; `install` is all that a box has to do."""

    def __init__(self) -> None:
        instructions = assemble()
        self.sha256 = hashlib.sha256(b"".join(instructions)).hexdigest()
        program = b"".join(instructions)
        self._program = ctypes.create_string_buffer(program, len(program))
        self._pid_at = next(
            8 * place + 4
            for place, instruction in enumerate(instructions)
            if instruction[4:] == struct.pack("=I", PID_MARK)
        )
        pointer = ctypes.addressof(self._program)
        self._header = struct.pack("=HxxxxxxQ", len(instructions), pointer)

    def install(self, pid: int) -> None:
        """Puts the calling thread, which must be the only one, under the filter for good."""
        struct.pack_into("=I", self._program, self._pid_at, pid)
        syscalls.call("seccomp", SECCOMP_SET_MODE_FILTER, 0, self._header)


def assemble() -> list[bytes]:
    """The program for this machine, an instruction an item."""
    arch = syscalls.arch()
    lines = [
        _load(4),
        _instruction(EQUAL, 1, 0, syscalls.AUDIT_ARCH[arch]),
        _return(RET_KILL_PROCESS),
        _load(0),
    ]
    if arch == "x86_64":  # x32 calls carry this bit, and other numbers than the table's
        lines += [_instruction(ANY_BIT, 0, 1, 0x40000000), _return(RET_KILL_PROCESS)]
    for check in CHECKED:
        lines += _when(check.name, _checked(check))
    lines += _when(
        QUERY_ONLY,
        [
            *_unless_zero(_argument(0)),
            *_unless_zero(_argument(2)),
            *_unless_zero(_argument(2) + 4),
            _return(RET_ALLOW),
        ],
    )
    for name in ALLOW:
        lines += _when(name, [_return(RET_ALLOW)])
    for name in KILL:
        lines += _when(name, [_return(RET_KILL_PROCESS)])
    # clone3 keeps its flags behind a pointer, which a filter cannot read: glibc falls back to clone.
    lines += _when("clone3", [_return(RET_ERRNO | errno.ENOSYS)])
    if arch == "aarch64":
        both = (PR_SVE_SET_VL, PR_SVE_GET_VL)
        lines += _when("prctl", _checked(Check("prctl", 0, one_of=both)))
    return [*lines, _return(RET_ERRNO | errno.EPERM)]


def _checked(check: Check) -> list[bytes]:
    lines = [_load(_argument(check.argument))]
    refuse = _return(RET_ERRNO | check.otherwise)
    if check.flags is not None:
        needed, banned = check.flags
        lines += [_instruction(ANY_BIT, 0, 2, needed), _instruction(ANY_BIT, 1, 0, banned)]
        return [*lines, _return(RET_ALLOW), refuse]
    values = (PID_MARK,) if check.own_pid else check.one_of
    for value in values:
        lines += [_instruction(EQUAL, 0, 1, value), _return(RET_ALLOW)]
    return [*lines, refuse]


def _unless_zero(offset: int) -> list[bytes]:
    return [_load(offset), _instruction(EQUAL, 1, 0, 0), _return(RET_ERRNO | errno.EPERM)]


def _when(name: str, body: list[bytes]) -> list[bytes]:
    """`body`, which must end in a return, for the call of this name; nothing where there is none."""
    found = syscalls.number(name)
    return [] if found is None else [_instruction(EQUAL, 0, len(body), found), *body]


def _argument(index: int) -> int:
    """Offset of the low word of an argument in seccomp_data; both machines are little-endian."""
    return 16 + 8 * index


def _load(offset: int) -> bytes:
    return _instruction(LOAD, 0, 0, offset)


def _return(value: int) -> bytes:
    return _instruction(RETURN, 0, 0, value)


def _instruction(code: int, if_true: int, if_false: int, k: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, k)
