"""Files that are there whole or not at all."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import atomic


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4))
def test_last_written_is_what_stands_there(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    """Writing again replaces the file, and leaves nothing else behind."""
    folder = tmp_path_factory.mktemp("atomic")
    for content in contents:
        atomic.write(folder / "report.json", content)
    assert (folder / "report.json").read_bytes() == contents[-1]
    assert os.listdir(folder) == ["report.json"]


@pytest.mark.parametrize("failure", [OSError("no space"), KeyboardInterrupt()])
def test_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException) -> None:
    """If the new file cannot take its place, the old one stays and the new one goes."""
    path = tmp_path / "report.json"
    atomic.write(path, b"old")

    def fail(source: object, target: object) -> None:
        raise failure

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(type(failure)):
        atomic.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    """What a link points to is left alone."""
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "report.json").symlink_to("precious")
    atomic.write(tmp_path / "report.json", b"report")
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert (tmp_path / "report.json").read_bytes() == b"report"


def test_file_can_be_read_by_others(tmp_path: Path) -> None:
    """The file has the ordinary rights of a new file."""
    mask = os.umask(0o022)
    try:
        atomic.write(tmp_path / "a", b"")
    finally:
        os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_sweep_left_files_are_removed_and_nothing_else(tmp_path: Path) -> None:
    """What a killed process left goes once it is a minute old; other names, links and folders are left alone."""
    names = [f".{digit * 16}.tmp" for digit in "0123"]
    for name in [*names[:2], "report.json", ".0123.tmp", ".mine.tmp"]:
        (tmp_path / name).write_bytes(b"half a rep")
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / names[1])
    (tmp_path / names[2]).symlink_to("report.json")
    (tmp_path / names[3]).mkdir()
    os.utime(tmp_path / names[3], (0, 0))
    atomic.sweep(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".0123.tmp", *names[1:], ".mine.tmp", "report.json"]


def test_sweep_folder_that_is_not_there_is_nothing_to_do(tmp_path: Path) -> None:
    """Whether the folder can be written is not for the sweeper to say."""
    atomic.sweep(tmp_path / "gone")
