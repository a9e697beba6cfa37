"""What a deadline costs: `python -m tests.benchmarks.load [-n 500 --within 20]` asks the real service over HTTP.

    learners    so many, each with a token; each hands in once, at a random moment, and asks until it is graded
    refused     answers other than 202 to who handed in: there must be none
    lost        submissions that were accepted and are not graded once in the end: there must be none
    submitting  time of an answer, at the median and the 99th percentile
    after       from the last submission's answer to the last report
    memory      of the service and all its processes, shared pages shared out (PSS), at most

The one who asks is a process of its own on the same machine, and takes part of it; how much is printed, too.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from sqlalchemy import select

from grader.service import tokens
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.tables import Attempt, Learner, State, Submission
from tests.benchmarks.batch import RIGHT
from tests.process_tree import below
from tests.service.serving import Served, serving

ASSIGNMENT = Path(__file__).parents[2] / "assignments" / "relu_frobenius.yaml"
NAME = "relu_frobenius"
BOUNDARY = "----------------gradients"
WITHIN_AFTER = 20.0
MEDIAN, HIGHEST = 0.150, 1.0
PATIENCE_SECONDS = 300.0


@dataclass
class Seen:
    """What the learners saw."""

    submitting: list[float] = field(default_factory=list)
    asking: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    accepted: list[UUID] = field(default_factory=list)
    last_submission: float = 0.0
    last_report: float = 0.0
    most_memory: int = 0
    answering_cpu: float = 0.0
    grading_cpu: float = 0.0


async def learner(place: tuple[str, int], token: str, number: int, moment: float, seen: Seen) -> None:
    """One who hands in at a moment, and waits for the report."""
    await asyncio.sleep(moment)
    begun = time.perf_counter()
    status, headers, said = await _asked(place, "POST", "/v1/submissions", token, _form(number))
    seen.submitting.append(time.perf_counter() - begun)
    if status != 202:
        seen.refused[status] += 1
        return
    seen.last_submission = max(seen.last_submission, time.perf_counter())
    seen.accepted.append(UUID(json.loads(said)["id"]))
    where, pause = headers["location"], float(headers["retry-after"])
    while True:
        await asyncio.sleep(pause)
        begun = time.perf_counter()
        status, headers, said = await _asked(place, "GET", where, token)
        seen.asking.append(time.perf_counter() - begun)
        assert status == 200, (status, said)
        if json.loads(said)["state"] not in ("queued", "running"):
            break
    seen.last_report = max(seen.last_report, time.perf_counter())


async def _asked(
    place: tuple[str, int], method: str, path: str, token: str, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own; by hand, since a library would take as much as the service."""
    reader, writer = await asyncio.open_connection(*place)
    head = f"{method} {path} HTTP/1.1\r\nHost: {place[0]}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"\r\n" + body)
    whole = await reader.read()
    writer.close()
    top, _, said = whole.partition(b"\r\n\r\n")
    first, *lines = top.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, said


def _form(number: int) -> bytes:
    fields = (
        ('name="assignment"', NAME.encode()),
        ('name="files"; filename="work.py"\r\nContent-Type: text/x-python', RIGHT + b"# %d\n" % number),
    )
    parts = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + data + b"\r\n"
        for what, data in fields
    )
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


async def watch(served: Served, seen: Seen) -> None:
    """Look at the memory now and then."""
    while True:
        pids = [served.process.pid, *(process.pid for process in below(served.process.pid))]
        seen.most_memory = max(seen.most_memory, sum(map(_pss, pids)))
        await asyncio.sleep(2.0)


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))


def _cpu(served: Served) -> tuple[float, float]:
    """Seconds that the process which answers has spent, and all others that are there, with those they buried."""
    others = sum(_spent(process.pid, buried=True) for process in below(served.process.pid))
    return _spent(served.process.pid, buried=False), others


def _spent(pid: int, *, buried: bool) -> float:
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, facts[11 : 15 if buried else 13])) / os.sysconf("SC_CLK_TCK")


async def rush(served: Served, secrets: list[str], within: float, seed: int) -> Seen:
    """All learners at once."""
    seen = Seen()
    host, port = served.url.removeprefix("http://").split(":")
    moments = random.Random(seed)
    watching = asyncio.create_task(watch(served, seen))
    everybody = (
        learner((host, int(port)), secret, number, moments.uniform(0, within), seen)
        for number, secret in enumerate(secrets)
    )
    await asyncio.wait_for(asyncio.gather(*everybody), PATIENCE_SECONDS)
    watching.cancel()
    return seen


def learners(database: Database, count: int) -> list[str]:
    """A class, by the secrets of their tokens."""
    with database.writing() as session:
        everybody = [Learner() for _ in range(count)]
        session.add_all(everybody)
        session.flush()
        return [tokens.issue(session, ["read", "submit"], learner_id=one.id).secret for one in everybody]


def lost(database: Database, accepted: list[UUID]) -> int:
    """How many of the accepted do not have exactly one attempt, graded."""
    with database.reading() as session:
        found = session.execute(select(Submission.id, Attempt.state).join(Attempt)).all()
    times = Counter(row.id for row in found if row.state == State.GRADED)
    return sum(times[one] != 1 for one in accepted)


def measured(count: int, within: float, seed: int, flags: list[str]) -> tuple[Seen, int]:
    """One rush on a fresh service, after one submission that warms it up, and how many were lost."""
    with tempfile.TemporaryDirectory() as folder:
        with serving(Path(folder), *flags) as served:
            database = Database(f"sqlite:///{folder}/data/grader.sqlite3")
            publish(database, ASSIGNMENT.read_bytes(), ASSIGNMENT.name)
            asyncio.run(rush(served, learners(database, 1), 0.0, seed))
            secrets = learners(database, count)
            answering, grading = _cpu(served)
            seen = asyncio.run(rush(served, secrets, within, seed))
            after = _cpu(served)
            seen.answering_cpu, seen.grading_cpu = after[0] - answering, after[1] - grading
            served.stop()
        return seen, lost(database, seen.accepted)


def told(seen: Seen, missing: int, count: int, spent: float) -> bool:
    """Print what was seen; whether it is good enough."""
    highest = quantiles(seen.submitting, n=100)[98]
    after = seen.last_report - seen.last_submission
    asked = median(seen.asking) if seen.asking else 0.0
    print(f"submitted    {count}: {len(seen.accepted)} accepted, {seen.refused.total()} refused, {missing} lost")
    print(f"submitting   {median(seen.submitting) * 1000:.0f} ms median, {highest * 1000:.0f} ms 99th percentile")
    print(f"asking       {len(seen.asking)} times, {asked * 1000:.0f} ms median")
    print(f"after        {after:.1f} s from the last submission to the last report")
    print(f"memory       {seen.most_memory / 1e6:.0f} MB at most")
    print(f"cpu          {seen.answering_cpu:.1f} s answering, {seen.grading_cpu:.1f} s grading, {spent:.1f} s asking")
    well = not seen.refused and not missing and after <= WITHIN_AFTER
    return well and median(seen.submitting) <= MEDIAN and highest <= HIGHEST


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__.partition("\n")[0])
    parser.add_argument("-n", type=int, default=500, metavar="N", help="learners")
    parser.add_argument("--within", type=float, default=20.0, metavar="SECONDS", help="in which all hand in")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("flags", nargs="*", help="for grader serve, after --")
    asked = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF)
    seen, missing = measured(asked.n, asked.within, asked.seed, asked.flags)
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.exit(0 if told(seen, missing, asked.n, spent) else 1)


if __name__ == "__main__":
    main()
