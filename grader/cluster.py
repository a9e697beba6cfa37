"""A Dask cluster as a crew: what its workers run is chosen by us, so its scheduler must be one that is trusted.

    grader grade ... --cluster tcp://host:8786         on each other machine: dask worker tcp://host:8786

Dask itself gives the work of a worker that died to others, some times, before it calls it lost.
"""

import contextlib
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pydoc import locate
from typing import TYPE_CHECKING

from grader import __version__
from grader.crew import Crew
from grader.errors import AuthorError
from grader.visible import visible

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 5
WORKER_SECONDS = 10
"""For a first worker to come."""
CLOSE_SECONDS = 0.5
LOOK_SECONDS = 1.0


@contextmanager
def joined(address: str) -> Iterator[Crew]:
    """The workers of the scheduler at an address, as many as there are at the time.

    Raises:
        AuthorError: if Dask is not installed, or there is no such scheduler, or no workers that are like us.
    """
    try:
        from distributed import KilledWorker
    except ImportError:
        raise AuthorError("--cluster needs Dask: pip install 'gradient-grader[cluster]'") from None
    _quiet()
    client = _client(address)
    try:
        _check_workers(client, address)
        yield Crew(client.get_executor(pure=False), workers=_threads(client), lost=(KilledWorker,))
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=CLOSE_SECONDS)


def _client(address: str) -> "Client":
    from distributed import Client

    class Quiet(Client):
        """Where it cannot connect, it would say so once more when it is thrown away, and long after."""

        def __del__(self) -> None: ...

    try:
        return Quiet(  # type: ignore[no-untyped-call]
            address, timeout=CONNECT_SECONDS, set_as_default=False, name="gradient-grader"
        )
    except (OSError, ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise AuthorError(
            f"no scheduler of a Dask cluster answers at {visible(address)}: {visible(str(error))}"
        ) from None


def _check_workers(client: "Client", address: str) -> None:
    from distributed import TimeoutError as NobodyCameError

    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except NobodyCameError:
        raise AuthorError(
            f"the cluster at {visible(address)} has no worker; start some with: dask worker {visible(address)}"
        ) from None
    # A function that everybody has, whatever version of the grader, or none, is there.
    for worker, version in client.run(locate, "grader.__version__", on_error="ignore").items():
        if version != __version__:
            has = "no grader" if version is None else f"version {version} of the grader"
            raise AuthorError(f"the worker {worker} has {has}, and here it is {__version__}; expected the same there")


def _quiet() -> None:
    """What goes wrong is told by us, once."""
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module="distributed")


def _threads(client: "Client") -> Callable[[], int]:
    """How many tasks the cluster can run at a time, asked for now and then."""
    asked, count = 0.0, 0

    def threads() -> int:
        nonlocal asked, count
        if time.monotonic() - asked > LOOK_SECONDS:
            with contextlib.suppress(OSError):  # a scheduler that is gone says so by its futures
                count = sum(client.nthreads().values())
            asked = time.monotonic()
        return count

    return threads
