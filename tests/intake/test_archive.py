"""Zips from outside: what is refused, and how the rest is read."""

import io
import os
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AuthorError, SubmissionError
from grader.intake import archive, collect
from grader.intake.zip_names import guessed
from grader.sandbox.job import Source
from tests.intake.archives import (
    DEVICE,
    LINK,
    PIPE,
    bomb,
    corrupt,
    encrypted,
    entry,
    lying_bomb,
    twice,
    zipped,
)

RIGHT = "def grad_W(X): pass\n"
BOMB = "to far more than it holds (a zip bomb)"

REFUSED = {
    "slip": (entry("../a.py"), "the entry ../a.py leads out of the archive"),
    "slip_inside": (entry("a/../../b.py"), "the entry a/../../b.py leads out of the archive"),
    "slip_by_backslash": (entry("..\\a.py"), "the entry ../a.py leads out of the archive"),
    "absolute": (entry("/etc/a.py"), "the entry /etc/a.py has an absolute path"),
    "drive": (entry("C:\\a.py"), "the entry C:/a.py has an absolute path"),
    "share": (entry("\\\\host\\a.py"), "the entry //host/a.py has an absolute path"),
    "empty_part": (entry("a//b.py"), "the entry a//b.py has an empty part in its path"),
    "dot": (entry("./a.py"), "the entry ./a.py has an empty part in its path"),
    "link": (entry("a.py", b"/etc/passwd", mode=LINK), "the entry a.py is a link"),
    "device": (entry("a.py", mode=DEVICE), "the entry a.py is a device or a pipe"),
    "pipe": (entry("a.py", mode=PIPE), "the entry a.py is a device or a pipe"),
    "encrypted": (encrypted(), "the entry a.py is encrypted"),
    "twice": (twice("abcd.py"), "the entry abcd.py is there twice"),
    "file_and_folder": (zipped({"a.py": "", "a.py/b.py": ""}), "the entry a.py is both a file and a folder"),
    "deep": (entry("d/" * 40 + "a.py"), f"the entry {'d/' * 40}a.py lies more than 32 folders deep"),
    "bomb": (bomb(), f"the entry a.py unpacks {BOMB}"),
    "unread_bomb": (bomb("a.bin", 300 * 1024**2), f"the entry a.bin would unpack {BOMB}"),
    "lying_bomb": (lying_bomb(), "the entry a.py cannot be read (Bad CRC-32 for file 'a.py')"),
    "corrupt": (corrupt(), "the entry a.py cannot be read (Bad CRC-32 for file 'a.py')"),
    "lzma": (
        entry("a.py", compress_type=zipfile.ZIP_LZMA),
        "the entry a.py is compressed in a way that is not supported",
    ),
    "cut_off": (zipped({"a.py": RIGHT})[:-30], "is not a zip archive, or its end is cut off"),
    "no_zip": (b"PK\3\4 and nothing", "is not a zip archive, or its end is cut off"),
    "false_end": (b"PK\3\4" + struct.pack("<4s4xHHLLH", b"PK\5\6", 9, 9, 900, 5, 0), None),
}


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_archive_is_refused_as_a_whole(tmp_path: Path, data: bytes, why: str | None) -> None:
    """The archive and the entry are named, and nothing is written."""
    path = tmp_path / "class.zip"
    path.write_bytes(data)
    with pytest.raises(AuthorError) as caught:
        collect([path], ["grad_W"])
    if why is not None:
        assert str(caught.value) == f"{path}: {why}; the archive is refused as a whole"
    assert os.listdir(tmp_path) == ["class.zip"]


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_own_bad_zip_costs_only_its_student(tmp_path: Path, data: bytes, why: str | None) -> None:
    """The same archives within a class archive reject one learner."""
    path = tmp_path / "class.zip"
    path.write_bytes(zipped({"bob.py": RIGHT, "eve.zip": data}))
    bob, eve = collect([path], ["grad_W"])
    assert isinstance(bob.source, Source)
    assert isinstance(eve.source, SubmissionError)
    assert (eve.learner, eve.source.code) == ("eve", "archive")
    if why is not None:
        cannot = "cannot be opened: " if why.startswith("the entry") else ""
        assert eve.source.message == f"eve.zip {cannot}{why}."


def test_hundred_thousand_entries_are_refused(tmp_path: Path) -> None:
    """The end of the archive says how many there are, and so does its length."""
    data = bytearray(zipped({"a.py": RIGHT}))
    end = data.index(b"PK\5\6")
    for fields in ((65535, 65535, 2**32 - 1), (1, 1, 100_000 * 600)):
        data[end + 8 : end + 16] = struct.pack("<HHL", *fields)
        (tmp_path / "class.zip").write_bytes(data)
        with pytest.raises(AuthorError, match="has more than 60000 entries; the archive is refused as a whole"):
            collect([tmp_path / "class.zip"], ["grad_W"])


@pytest.mark.slow
def test_real_hundred_thousand_entries_are_refused(tmp_path: Path) -> None:
    """An archive that really has them takes no time."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as whole:
        for number in range(100_000):
            whole.writestr(f"{number}.py", "")
    with pytest.raises(AuthorError, match="has more than 60000 entries"):
        collect([tmp_path / "class.zip"], ["grad_W"])


def test_large_file_of_a_student_is_no_bomb(tmp_path: Path) -> None:
    """A file above the limit that is as large as it looks rejects its learner."""
    (tmp_path / "class.zip").write_bytes(zipped({"a.py": os.urandom(1024**2 + 1), "b.py": RIGHT}))
    a, b = collect([tmp_path / "class.zip"], ["grad_W"])
    assert a.source == SubmissionError("too_large", "a.py is larger than 1 MiB.")
    assert isinstance(b.source, Source)


def test_what_systems_leave_is_passed_over(tmp_path: Path) -> None:
    """Shadows of macOS, caches and hidden files are nobody's work."""
    files = {"__MACOSX/._a.py": "", ".DS_Store": "", "a.py": RIGHT, "._b.py": "", "__pycache__/a.py": ""}
    (tmp_path / "class.zip").write_bytes(zipped(files))
    assert [one.learner for one in collect([tmp_path / "class.zip"], ["grad_W"])] == ["a"]


def test_own_zip_is_opened(tmp_path: Path) -> None:
    """What a student zipped lies as if it had not been, and an archive in it is not opened."""
    own = zipped({"mine/hw.py": "import helpers\n" + RIGHT, "mine/lib/helpers.py": "x = 1"}, ["mine/"])
    nested = zipped({"inner.zip": zipped({"hw.py": RIGHT})})
    (tmp_path / "class.zip").write_bytes(zipped({"ann/my own.zip": own, "bob.zip": own, "eve.zip": nested}))
    ann, bob, eve = collect([tmp_path / "class.zip"], ["grad_W"])
    modules = {"hw.py": ("import helpers\n" + RIGHT).encode(), "lib/helpers.py": b"x = 1"}
    assert ann.source == bob.source == Source(modules, "hw.py")
    assert ann.files == ("ann/my own.zip/mine/hw.py", "ann/my own.zip/mine/lib/helpers.py")
    assert eve.source == SubmissionError("archive", "eve.zip/inner.zip is an archive within an archive.")


def test_packed_folder_is_the_class(tmp_path: Path) -> None:
    """A folder that was zipped as a whole is the same as its content."""
    for name, files in (
        ("class", {"class/ann.py": RIGHT, "class/bob.py": RIGHT}),
        ("other", {"class/ann/hw.py": RIGHT, "class/bob/hw.py": RIGHT}),
    ):
        path = tmp_path / f"{name}.zip"
        path.write_bytes(zipped(files))
        assert [one.learner for one in collect([path], ["grad_W"])] == ["ann", "bob"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("张三.py".encode(), "张三.py"),
        ("张三.py".encode("gbk"), "张三.py"),
        ("朱镕基（作业）.py".encode("gbk"), "朱镕基（作业）.py"),
        ("José Müller.py".encode("cp437"), "José Müller.py"),
        ("Zoë.py".encode("cp437"), "Zoë.py"),
        (b"plain.py", "plain.py"),
    ],
)
def test_names_without_a_flag_are_guessed(tmp_path: Path, raw: bytes, name: str) -> None:
    """Chinese archives hold GBK, old ones cp437, some UTF-8 without saying so."""
    assert guessed(raw) == name
    placeholder = "q" * len(raw)
    data = zipped({placeholder: RIGHT}).replace(placeholder.encode(), raw)
    (tmp_path / "class.zip").write_bytes(data)
    assert [one.files for one in collect([tmp_path / "class.zip"], ["grad_W"])] == [(name,)]


def test_names_of_macos_are_composed(tmp_path: Path) -> None:
    """A name in the other form of Unicode is the same name."""
    (tmp_path / "class.zip").write_bytes(zipped({"Zoe\u0308.py": RIGHT}))
    assert [one.files for one in collect([tmp_path / "class.zip"], ["grad_W"])] == [("Zo\u00eb.py",)]


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 255))
def test_any_damage_is_an_archive_or_not(junk: bytes, at: int, byte: int) -> None:
    """Nothing but BadArchiveError and SubmissionError is ever raised."""
    data = bytearray(zipped({"a.py": RIGHT, "b/c.ipynb": "{}"}))
    data[at % len(data)] = byte
    for damaged in (bytes(data), bytes(data[:at]) + junk, junk + bytes(data)):
        with suppress(archive.BadArchiveError, SubmissionError), archive.opened(io.BytesIO(damaged)) as listing:
            for item in listing.items:
                item.read(1000)
