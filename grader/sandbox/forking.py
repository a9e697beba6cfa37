"""Forks that cost less than `os.fork`: what a zygote does some thousand times.

    fork            the C library's own, without Python's handlers: 0.9 ms less, 290 pages fewer to copy
    join_pages      the zygote's memory in pages of 2 MiB: 2 ms less for each fork and exit of a torch zygote
    join_code       the machine code that boxes run in such pages as well: 200 faults fewer in each box
    fill_gaps       new objects lie side by side, not in gaps all over the memory: 100 pages fewer to copy

A fork copies an entry for every page that is in use, and the exit of the child takes each back; a page of 2 MiB is one
entry. The first write to one in a box splits it, and copies 4 KiB as ever. Of files a fork copies no entries: each box
would find the machine code anew, 64 KiB at a time.
"""

import bisect
import ctypes
import os
from array import array
from collections.abc import Callable, Iterator
from itertools import groupby

PAGE = os.sysconf("SC_PAGE_SIZE")
HUGE = 2 << 20
MADV_HUGEPAGE = 14
MADV_COLLAPSE = 25
"""Since Linux 6.1: madvise(2)."""
MREMAP_MAYMOVE, MREMAP_FIXED = 1, 2
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
PRESENT = 1 << 63
"""In an entry of /proc/self/pagemap: proc_pid_pagemap(5)."""
SPARE_BYTES = 2 << 30
"""Machine code is copied, some 100 MB of it, only where so much memory is free."""
LARGEST_OBJECT, STEP = 512, 16
"""What Python's own allocator gives out, and in which steps."""
MOST_FILLERS = 1_000_000

_library = ctypes.CDLL(None)
_library.mmap.restype = _library.mremap.restype = ctypes.c_void_p

fork: Callable[[], int] = ctypes.PyDLL(None).fork
"""The number of the child, or 0 in it.

Python's handlers make locks anew that other threads may have held, and seed `random`. The zygote has one thread, which
holds no lock, and a box seeds everything itself; `PyDLL` keeps the interpreter's own lock held on both sides.
"""


def join_pages(maps: int) -> None:
    """Joins small pages to large ones, as far as there is memory for it; `maps` is an open /proc/self/maps.

    Where the kernel does not know how, or large pages are switched off, nothing happens.
    """
    for start, end in [_bounds(line) for line in _lines(maps) if _is_own(line)]:
        first, last = _whole_pages(start, end)
        for at in range(first, last, HUGE):
            _collapse(at, HUGE)


def join_code(maps: int, pagemap: int) -> None:
    """Puts the machine code that this process has run so far into large pages; the same code at the same addresses.

    A file's pages cannot be joined, so a copy takes their place, at once and for good. Where large pages cannot be
    had, or memory is short, nothing happens. `pagemap` is an open /proc/self/pagemap.
    """
    if os.sysconf("SC_AVPHYS_PAGES") * PAGE < SPARE_BYTES:
        return
    for start, end in [_bounds(line) for line in _lines(maps) if _is_code(line)]:
        first, last = _whole_pages(start, end)
        used = [_is_present(pagemap, at) for at in range(first, last, HUGE)]
        at = first
        for was_run, group in groupby(used):
            size = HUGE * len(list(group))
            if was_run and not _replace(at, size):
                return
            at += size


def fill_gaps(maps: int) -> list[object]:
    """Fills what is free in memory that Python has in use, with objects that must be kept for that.

    What is made afterwards lies together in new memory: a box that makes some objects copies few pages for them.
    """
    known = sorted(map(_bounds, _lines(maps)))
    starts = [start for start, _ in known]

    def is_new(address: int) -> bool:
        place = bisect.bisect_right(starts, address) - 1
        return not (place >= 0 and address < known[place][1])

    fillers: list[object] = []
    header = b"".__sizeof__()
    for size in range(LARGEST_OBJECT, header + STEP, -STEP):
        while len(fillers) < MOST_FILLERS:
            filler = bytes(size - header)
            fillers.append(filler)
            if is_new(id(filler)):
                break
    return fillers


def _lines(maps: int) -> Iterator[str]:
    with os.fdopen(os.dup(maps)) as lines:
        lines.seek(0)
        yield from list(lines)


def _is_own(line: str) -> bool:
    """Whether a mapping is memory of the process's own: private, writable, and of no file."""
    _, rights, _, _, inode, *name = line.split(maxsplit=5)
    return rights == "rw-p" and inode == "0" and not "".join(name).startswith("[stack")


def _is_code(line: str) -> bool:
    """Whether a mapping is the machine code of a file, as it stands there."""
    _, rights, _, _, inode, *_ = line.split(maxsplit=5)
    return rights == "r-xp" and inode != "0"


def _bounds(line: str) -> tuple[int, int]:
    start, _, end = line.split(maxsplit=1)[0].partition("-")
    return int(start, 16), int(end, 16)


def _whole_pages(start: int, end: int) -> tuple[int, int]:
    """The large pages that lie in a mapping; none if the first is not before the last."""
    return -(-start // HUGE) * HUGE, end // HUGE * HUGE


def _is_present(pagemap: int, at: int) -> bool:
    """Whether any of the small pages of a large one was touched by this process."""
    return any(entry & PRESENT for entry in array("Q", os.pread(pagemap, HUGE // PAGE * 8, at // PAGE * 8)))


def _replace(at: int, size: int) -> bool:
    """Replaces pages by a copy in large ones; false, and nothing done, if there are none to be had."""
    room = _library.mmap(
        None, ctypes.c_size_t(size + HUGE), PROT_READ | PROT_WRITE, _PRIVATE_ANONYMOUS, -1, ctypes.c_long(0)
    )
    if room in (None, ctypes.c_void_p(-1).value):
        return False
    copy = -(-room // HUGE) * HUGE
    _library.madvise(ctypes.c_void_p(copy), ctypes.c_size_t(size), MADV_HUGEPAGE)
    ctypes.memmove(copy, at, size)
    done = (
        all(_collapse(copy + offset, HUGE) for offset in range(0, size, HUGE))
        and _library.mprotect(ctypes.c_void_p(copy), ctypes.c_size_t(size), PROT_READ | PROT_EXEC) == 0
        and _move(copy, at, size)
    )
    left = ((room, copy), (copy + size, room + size + HUGE)) if done else ((room, room + size + HUGE),)
    for start, end in left:
        if end > start:
            _library.munmap(ctypes.c_void_p(start), ctypes.c_size_t(end - start))
    return done


def _move(copy: int, at: int, size: int) -> bool:
    """Moves pages to where others are, in one step: the code in between may be what runs."""
    length = ctypes.c_size_t(size)
    moved = _library.mremap(ctypes.c_void_p(copy), length, length, MREMAP_MAYMOVE | MREMAP_FIXED, ctypes.c_void_p(at))
    return bool(moved == at)


def _collapse(at: int, size: int) -> bool:
    return bool(_library.madvise(ctypes.c_void_p(at), ctypes.c_size_t(size), MADV_COLLAPSE) == 0)


_PRIVATE_ANONYMOUS = 0x22
