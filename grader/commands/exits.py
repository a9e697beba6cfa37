"""Exceptions → exit codes and one sentence on standard error: never a traceback, unless GRADER_DEBUG asks for it.

0    done; of `check`: everything is correct
1    `check`: not everything is correct; `validate`: not proven
2    wrong usage, or a faulty assignment file or archive
3    the grader's own fault, or the machine's; also if some submission is a `grader_error`
130  interrupted, by Ctrl-C or by the signal TERM
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from grader.errors import AuthorError, SandboxError
from grader.visible import visible

NOT_CORRECT = 1
NOT_PROVEN = 1
WRONG_USAGE = 2
GRADER_FAULT = 3
INTERRUPTED = 130
CLOSED_PIPE = 141
"""As a shell reports a program that SIGPIPE ended."""

P = ParamSpec("P")


class Stopped(KeyboardInterrupt):
    """Interrupted, with something to say about what was done by then."""


@contextmanager
def exit_codes() -> Iterator[None]:
    """Whatever is raised inside ends the program, with the code that fits and at most one sentence."""
    try:
        yield
    except KeyboardInterrupt as interruption:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _say(str(interruption) or "interrupted")
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # Nobody reads on: what Python still wants to flush at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(CLOSED_PIPE) from None
    except AuthorError as error:
        _say(str(error))
        raise SystemExit(WRONG_USAGE) from None
    except SandboxError as error:
        _say(str(error))
        _debug()
        raise SystemExit(GRADER_FAULT) from None
    except Exception as error:
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        _say(f"this is a fault of the grader, not of a submission ({what}); GRADER_DEBUG=1 shows where")
        _debug()
        raise SystemExit(GRADER_FAULT) from None


def stand_somewhere() -> None:
    """Give the program the three streams and the folder that every program expects; a closed stream goes nowhere."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)  # workers stand on them too
            stream = open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
    try:
        os.getcwd()
    except FileNotFoundError:
        raise AuthorError("the current folder is gone; change to one that is there") from None


def verb(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose exceptions become exit codes, before the command line's own machinery sees them."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        with exit_codes():
            command(*args, **kwargs)
            sys.stdout.flush()

    return guarded


def _say(sentence: str) -> None:
    print(f"grader: {visible(sentence, limit=4000, multiline=True)}", file=sys.stderr)


def _debug() -> None:
    if os.environ.get("GRADER_DEBUG"):
        traceback.print_exc()
