"""Reading only plain files."""

import os
from pathlib import Path

import pytest

from grader.plain_file import NotPlainError, TooLargeError, read


def test_plain_file_is_read(tmp_path: Path) -> None:
    """A file up to the limit comes whole."""
    (tmp_path / "a").write_bytes(b"12345")
    assert read(tmp_path / "a", 5) == b"12345"


def test_larger_file_is_refused(tmp_path: Path) -> None:
    """One byte more than the limit is too much."""
    (tmp_path / "a").write_bytes(b"123456")
    with pytest.raises(TooLargeError):
        read(tmp_path / "a", 5)


def test_link_is_followed_only_on_demand(tmp_path: Path) -> None:
    """A link is refused unless the caller trusts the path."""
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(NotPlainError) as caught:
        read(tmp_path / "link", 5)
    assert caught.value.what == "is a link"
    assert read(tmp_path / "link", 5, follow=True) == b"1"


def test_pipe_folder_and_device_are_refused(tmp_path: Path) -> None:
    """What could block, or has no end, is not opened."""
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path / "pipe", "is a pipe"), (tmp_path, "is a folder"), (Path("/dev/zero"), "is a device")):
        with pytest.raises(NotPlainError) as caught:
            read(path, 5)
        assert caught.value.what == what


def test_impossible_name_is_a_missing_file() -> None:
    """A name that no file can have is like one that no file has."""
    with pytest.raises(FileNotFoundError):
        read(Path("a\0b"), 5)
