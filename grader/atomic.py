"""Writing a file so that it is there whole or not at all, whatever happens meanwhile."""

import contextlib
import os
import re
import secrets
import time
from pathlib import Path

SURELY_LEFT_SECONDS = 60.0
"""How old a new file is that nobody can be writing any more."""

_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")


def write(path: Path, data: bytes) -> None:
    """Write a new file beside `path`, then put it in its place; a failure leaves what was there before.

    The place itself is replaced, so a link standing there is never written through.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove the new files that a killed process never put in their places; those of one at work stay."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                    if age > SURELY_LEFT_SECONDS:
                        os.unlink(entry.path)
