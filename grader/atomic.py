"""Writing a file so that it is there whole or not at all, whatever happens meanwhile."""

import contextlib
import os
import secrets
from pathlib import Path


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
