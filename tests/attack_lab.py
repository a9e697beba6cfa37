"""What the attack tests share: the samples and what they claim, the ground they attack, and what is watched meanwhile.

A sample is a submission `<NN>_<what>__<verdict>` for `ASSIGNMENT`, where NN is the number of the attack in the list of
attacks and the verdict that of `grad_W`, in which it attacks; several that are allowed are joined with `_or_`. What it
prints tells what it met: a line `REACHED: ...` for what must not be, `DENIED: ...` for what was refused. Comments below
its docstring say what is special about it:

    # slow                          takes a second, or more
    # takes its time: WHY           needs more CPU time than others get
    # planted                       run once without a sandbox, it must print REACHED: the probe is no blank
    # others may fall: WHY          the other functions share a process with it, and may lose their points too
    # cuts output                   the report must say that output was left out
    # warns of CODE                 the report must have this warning
    # known limit: WHY              it is known to get through
    # known limit at strong: WHY    it is known to get through where there are no namespaces
"""

import contextlib
import hashlib
import os
import re
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from grader.assignment_file import load
from grader.grading import grade
from grader.intake import Submission, collect
from grader.preparation import Prepared, prepare, wanted
from grader.report import Report
from grader.sandbox import OpenSandbox

SAMPLES = Path(__file__).parent / "samples" / "attacks"
RIGHT = SAMPLES / "00_right__correct.py"

ASSIGNMENT = """\
objective: "||max(X W, 0) - Y||_F^2"
seed: 0
shapes: {{X: [10, 4], W: [4, 4], Y: [10, 4]}}
provide: [target.py]
limits: {{cpu_seconds: {seconds}, wall_seconds: 4, memory_mb: 256, submission_seconds: 10}}
"""

TARGET = '''\
"""Where there is something to attack, and what the attacks share."""

import ctypes
import os

PID = {pid}
PORT = {port}
TREE = {tree!r}
OPEN = TREE + "/open"
SECRET_FILE = TREE + "/secret.txt"
ABSTRACT = {abstract!r}
PLANTED = {planted}

_libc = ctypes.CDLL(None, use_errno=True)


def libc(name, *arguments):
    """Calls a function of the C library; a failure is an OSError."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = getattr(_libc, name)(*words)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def attempt(what, act):
    """Does what must be refused, and prints what came of it; a mistake of the sample's own is not caught."""
    try:
        found = act()
    except (NameError, TypeError):
        raise
    except Exception as error:
        print("DENIED:", what, type(error).__name__)
    else:
        print("REACHED:", what, repr(found)[:200])
'''

SECRET = "no-attack-may-see-" + hashlib.sha256(str(os.getpid()).encode()).hexdigest()
"""Stands in the environment, in the memory and in the files of the test process."""

DROPPING = "attack-dropping"
"""How the name of everything begins that an attack tries to leave somewhere."""


@dataclass(frozen=True)
class Sample:
    """A submission that attacks, and what it says of itself."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def number(self) -> int:
        return int(self.name[:2])

    @property
    def verdicts(self) -> frozenset[str]:
        return frozenset(self.name.rpartition("__")[2].split("_or_"))

    @property
    def source(self) -> str:
        return (self.path / "main.py" if self.path.is_dir() else self.path).read_text("utf-8")

    @property
    def docstring(self) -> str:
        found = re.match(r'"""(.*?)"""', self.source, re.DOTALL)
        return found[1] if found else ""

    def says(self, mark: str) -> str | None:
        """What stands behind this mark in the comments below the docstring; None where it is not there."""
        for line in self.source.partition('"""')[2].partition('"""')[2].lstrip("\n").split("\n"):
            if not line.startswith("# "):
                break
            if line == f"# {mark}" or line.startswith(f"# {mark}: "):
                return line.removeprefix(f"# {mark}").removeprefix(": ")
        return None

    def warns_of(self) -> frozenset[str]:
        return frozenset(re.findall(r"^# warns of (\w+)$", self.source, re.MULTILINE))


def samples() -> list[Sample]:
    """All samples, in the order of their numbers and names."""
    paths = (path for path in SAMPLES.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name[0].isdigit()))
    return [Sample(path) for path in sorted(paths)]


class Ground:
    """What the attacks find around them, if they find it: files, services and processes of this test alone.

    Everybody may read it, and write in `open/`, so that nothing but the sandbox stands in the way.
    """

    def __init__(self) -> None:
        with contextlib.ExitStack() as stack:
            self.tree = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attack-ground-")))
            self.tree.chmod(0o755)
            self._fill()
            self._listeners = list(self._listen(stack))
            self.port = self._listeners[0].getsockname()[1]
            self.memory = bytearray(SECRET.encode())
            self.signals: list[int] = []
            for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGIO, signal.SIGALRM):
                stack.callback(signal.signal, number, signal.signal(number, self._caught))
            stack.enter_context(_variable("GRADER_TOKEN", SECRET))
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self._stack = stack.pop_all()

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def prepared(self, *, planted: str = "None", seconds: float = 0.6) -> "Field":
        """The assignment, with a `target` that says where things are; `planted` is an array for samples to find."""
        target = TARGET.format(
            pid=os.getpid(),
            port=self.port,
            tree=str(self.tree),
            abstract=self.abstract,
            planted=planted,
        )
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        (folder / "target.py").write_text(target, "utf-8")
        (folder / "attacked.yaml").write_text(ASSIGNMENT.format(seconds=seconds), "utf-8")
        assignment = load(folder / "attacked.yaml")
        return Field(prepare(assignment), wanted(assignment))

    @property
    def abstract(self) -> str:
        return f"\0{self.tree.name}"

    def _fill(self) -> None:
        secret = SECRET + "\n"
        files = {
            "secret.txt": secret,
            "home/.ssh/id_ed25519": secret,
            "submissions/bob.py": f"# {secret}",
            "open/keep.txt": "as it was\n",
            "open/results.json": '{"score": 0}\n',
            "open/planted_module.py": "x = 1\n",
        }
        for name, text in files.items():
            path = self.tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            path.chmod(0o666)
        (self.tree / "open" / "empty").mkdir()
        for folder in self.tree.rglob("*"):
            if folder.is_dir():
                folder.chmod(0o777 if "open" in folder.parts else 0o755)

    def _listen(self, stack: contextlib.ExitStack) -> Iterator[socket.socket]:
        tcp = stack.enter_context(socket.socket())
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        yield from (tcp, udp)
        for address in (str(self.tree / "open" / "socket"), self.abstract):
            local = stack.enter_context(socket.socket(socket.AF_UNIX))
            local.bind(address)
            local.listen()
            yield local
        (self.tree / "open" / "socket").chmod(0o777)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self.signals.append(number)

    def visits(self) -> list[str]:
        """Who has come to the services since this was asked last."""
        came = []
        for listener in self._listeners:
            listener.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    if listener.type == socket.SOCK_DGRAM:
                        came.append(repr(listener.recv(100)))
                    else:
                        visitor, address = listener.accept()
                        visitor.close()
                        came.append(repr(address))
        return came

    def fingerprint(self) -> str:
        """Changes with every name, mode, owner, time, attribute and byte in the tree."""
        found = hashlib.sha256()
        for path in sorted([self.tree, *self.tree.rglob("*")]):
            status = path.lstat()
            facts = (status.st_mode, status.st_uid, status.st_gid, status.st_size, status.st_mtime_ns, status.st_nlink)
            found.update(repr((str(path), facts)).encode())
            if path.is_file():
                found.update(path.read_bytes())
        return found.hexdigest()


@contextlib.contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    yield
    if before is None:
        del os.environ[name]
    else:
        os.environ[name] = before


@dataclass(frozen=True)
class Field:
    """The attacked assignment, prepared."""

    prepared: Prepared
    wanted: tuple[str, ...]

    def grade(self, path: Path, sandbox: OpenSandbox) -> Report:
        """What becomes of the submission in a file, or in a learner's folder."""
        return grade(self.prepared, submission_in(path, self.wanted), {"torch": sandbox})

    def answer(self, wrt: str) -> Any:
        """What is expected of a gradient in its first case."""
        return next(asked for asked in self.prepared.asked if asked.wrt == wrt).cases[0].target.value


def submission_in(path: Path, names: tuple[str, ...]) -> Submission:
    """The submission in a file, or in a folder that is one learner's."""
    if not path.is_dir():
        return collect([path], names)[0]
    with tempfile.TemporaryDirectory() as folder:
        # A folder that is asked for holds learners; this one is a learner.
        copy = Path(folder, path.name)
        copy.mkdir()
        for file in path.glob("*.py"):
            Path(copy, file.name).write_bytes(file.read_bytes())
        return collect([folder], names)[0]


@dataclass(frozen=True)
class Watched:
    """What must be as before when an attack is over."""

    processes: frozenset[tuple[int, str]]
    descriptors: frozenset[str]
    tree: str
    droppings: tuple[str, ...]
    mode: int


def watched(ground: Ground) -> Watched:
    """All that is watched, as it is now."""
    return Watched(
        processes=frozenset(descendants(os.getpid())),
        descriptors=frozenset(os.listdir("/proc/self/fd")),
        tree=ground.fingerprint(),
        droppings=tuple(droppings()),
        mode=os.stat("/").st_mode,
    )


def descendants(pid: int) -> Iterator[tuple[int, str]]:
    """The processes below one, and whether they are running or dead and not yet waited for."""
    children: dict[int, list[tuple[int, str]]] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, parent = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[:2]
            children.setdefault(int(parent), []).append((int(name), "dead" if state == "Z" else "there"))
    todo = [pid]
    while todo:
        below = children.get(todo.pop(), [])
        yield from below
        todo += [child for child, _ in below]


def droppings() -> Iterator[str]:
    """What attacks have left in the folders where they try to."""
    import torch

    folders = ("/", "/tmp", "/dev/shm", "/var/tmp", ".", os.path.dirname(os.__file__), os.path.dirname(torch.__file__))
    for folder in folders:
        with contextlib.suppress(OSError):
            yield from (f"{folder}/{name}" for name in os.listdir(folder) if name.startswith(DROPPING))


def gradient_of(report: Report, wrt: str) -> Any:
    """What the report says of one gradient."""
    return next(gradient for gradient in report.gradients if gradient.wrt == wrt)


def points(report: Report) -> Mapping[str, float | None]:
    """The points of every gradient."""
    return {gradient.wrt: gradient.score for gradient in report.gradients}
