"""The service as an operator starts it: a process of its own, which can be asked, signalled and killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Served:
    """A service that answers; what it logs is in a file."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    output: Path

    @property
    def printed(self) -> str:
        """All of it by now."""
        return self.output.read_text(encoding="utf-8")

    @property
    def logged(self) -> str:
        """All of it by now."""
        return self.log.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and wait for the end; returns the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)


def command(*flags: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", "grader", "serve", *flags]


def environment(**more: str) -> Mapping[str, str]:
    """Ours, without anything that is set for a service."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GRADER_")}
    return {**ours, "PYTHONPATH": os.getcwd(), "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def serving(folder: Path, *flags: str, **variables: str) -> Iterator[Served]:
    """A service on a free port, once it answers; killed at the end, if it has not ended."""
    folder.mkdir(exist_ok=True)
    log, output = (folder / f"{name}-{time.monotonic_ns()}" for name in ("log", "output"))
    whole = command("--data", str(folder / "data"), "--port", "0", "--log", "json", *flags)
    with (
        log.open("w") as errors,
        output.open("w") as printed,
        subprocess.Popen(whole, stdout=printed, stderr=errors, env=environment(**variables)) as process,
    ):
        try:
            yield _answering(process, log, output)
        finally:
            process.kill()


def _answering(process: subprocess.Popen[bytes], log: Path, output: Path) -> Served:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        if found := re.search(r"The grader answers at (http://\S+)\n", output.read_text()):
            with suppress(httpx.TransportError):
                httpx.get(f"{found[1]}/healthz", timeout=PATIENCE_SECONDS).raise_for_status()
                return Served(process, found[1], log, output)
        time.sleep(0.05)
