"""Files and folders become submissions."""

import hashlib
import os
from pathlib import Path

import pytest

from grader.errors import AuthorError, SubmissionError
from grader.intake import Submission, collect
from grader.sandbox.job import Source

WANTED = ("grad_W", "grad_X")
RIGHT = "def grad_W(X): pass\ndef grad_X(X): pass\n"


def _write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def _one(*paths: Path) -> Submission:
    (submission,) = collect(paths, WANTED)
    return submission


def test_single_file_is_a_learner(tmp_path: Path) -> None:
    """A file is a submission of the learner it is named after."""
    _write(tmp_path, {"alice.py": RIGHT})
    assert _one(tmp_path / "alice.py") == Submission(
        learner="alice",
        files=("alice.py",),
        source=Source({"alice.py": RIGHT.encode()}, "alice.py"),
        sha256=hashlib.sha256(RIGHT.encode()).hexdigest(),
    )


def test_file_that_was_asked_for_is_always_taken(tmp_path: Path) -> None:
    """An ending that is not Python's does not matter for a file given by name."""
    _write(tmp_path, {"answer.txt": RIGHT})
    assert _one(tmp_path / "answer.txt").source == Source({"answer.txt": RIGHT.encode()}, "answer.txt")


def test_folder_holds_learners(tmp_path: Path) -> None:
    """Files and folders are learners, in the order of their names; what is not Python is passed over."""
    _write(
        tmp_path,
        {
            "bob.py": RIGHT,
            "alice/hw.py": RIGHT,
            "alice/notes.txt": "x",
            "__pycache__/bob.cpython-311.pyc": b"\0",
            ".git/config.py": "x",
            ".hidden.py": "x",
            "sheet.pdf": b"%PDF",
            "Bob/hw.py": RIGHT,
        },
    )
    (tmp_path / "carol").mkdir()
    submissions = collect([tmp_path], WANTED)
    assert [(one.learner, one.files) for one in submissions] == [
        ("Bob", ("Bob/hw.py",)),
        ("alice", ("alice/hw.py",)),
        ("bob-2", ("bob.py",)),
        ("carol", ("carol/",)),
    ]
    assert submissions[3].source == SubmissionError("empty", "carol/ has no Python file in it.")


def test_module_with_most_functions_counts(tmp_path: Path) -> None:
    """The module that defines most of what is asked for is graded, the others can be imported by it."""
    _write(
        tmp_path,
        {
            "alice/a.py": "import numpy\n",
            "alice/src/hw.py": RIGHT,
            "alice/src/pkg/__init__.py": "",
            "alice/src/pkg/tools.py": "x = 1\n",
            "alice/b.py": "def grad_W(X): syntax error\n",
        },
    )
    submission = _one(tmp_path)
    assert submission.source == Source(
        {
            "hw.py": RIGHT.encode(),
            "pkg/__init__.py": b"",
            "pkg/tools.py": b"x = 1\n",
            "a.py": b"import numpy\n",
            "b.py": b"def grad_W(X): syntax error\n",
        },
        "hw.py",
    )
    assert submission.warnings == ()


def test_tie_between_modules_is_a_warning(tmp_path: Path) -> None:
    """Where two modules define as much, the first by name counts, and the learner is told."""
    _write(tmp_path, {"alice/new.py": RIGHT, "alice/old.py": RIGHT})
    submission = _one(tmp_path)
    assert isinstance(submission.source, Source)
    assert submission.source.main == "new.py"
    assert submission.warnings == (
        ("several_files", "2 files define equally many of the functions asked for; alice/new.py was graded."),
    )


def test_encoding_and_autograd_are_warnings(tmp_path: Path) -> None:
    """What costs no point is said, with file and line."""
    _write(tmp_path, {"alice.py": "# 梯度\nx.backward()\n".encode("gbk")})
    submission = _one(tmp_path / "alice.py")
    assert submission.source == Source({"alice.py": "# 梯度\nx.backward()\n".encode()}, "alice.py")
    assert submission.warnings == (
        ("encoding", "alice.py is not UTF-8; it was read as GB18030."),
        ("mentions_autograd", "alice.py, line 2: the source mentions automatic differentiation (.backward())."),
    )


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (
            b"\x89PNG\0",
            SubmissionError("not_text", "a.py is not text in UTF-8, nor in any other encoding that was tried."),
        ),
        (b" \n\n", SubmissionError("empty", "a.py is empty.")),
        (b"#" * (1024 * 1024 + 1), SubmissionError("too_large", "a.py is larger than 1 MiB.")),
    ],
)
def test_unreadable_file_is_rejected(tmp_path: Path, content: bytes, error: SubmissionError) -> None:
    """A file that cannot be read as Python costs its learner only."""
    _write(tmp_path, {"a.py": content, "b.py": RIGHT})
    first, second = collect([tmp_path], WANTED)
    assert (first.learner, first.files, first.source) == ("a", ("a.py",), error)
    assert isinstance(second.source, Source)


def test_unreadable_module_beside_a_good_one_is_left_out(tmp_path: Path) -> None:
    """One broken module of several is a warning."""
    _write(tmp_path, {"alice/hw.py": RIGHT, "alice/data.py": b"\0"})
    submission = _one(tmp_path)
    assert submission.source == Source({"hw.py": RIGHT.encode()}, "hw.py")
    assert submission.warnings == (
        (
            "unreadable_file",
            "A file was left out: alice/data.py is not text in UTF-8, nor in any other encoding that was tried.",
        ),
    )


def test_links_pipes_and_devices_are_not_followed(tmp_path: Path) -> None:
    """Whatever a learner put there, only plain files are read."""
    secret = _write(tmp_path / "elsewhere", {"secret.py": "secret = 1"})
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "a.py").symlink_to(secret / "secret.py")
    os.mkfifo(folder / "b.py")
    (folder / "c.py").symlink_to("/dev/zero")
    (folder / "d").symlink_to(secret)
    (folder / "e.py").mkdir()
    (folder / "f").mkdir()
    (folder / "f" / "hw.py").symlink_to(secret / "secret.py")
    (folder / "g.txt").symlink_to(secret / "secret.py")
    (folder / "h.py").symlink_to("h.py")
    (folder / "i").symlink_to("i")
    found = [(one.learner, str(one.source)) for one in collect([folder], WANTED)]
    assert found == [
        ("a", "a.py is a link, not a file."),
        ("b", "b.py is a pipe, not a file."),
        ("c", "c.py is a link, not a file."),
        ("d", "d/ is a link."),
        ("e.py", "e.py/ has no Python file in it."),
        ("f", "f/hw.py is a link, not a file."),
        ("h", "h.py is a link, not a file."),
    ]


def test_file_that_goes_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the folder is missing, but the file that was in it a moment ago."""
    _write(tmp_path, {"a.py": RIGHT, "b.py": RIGHT})

    def read(path: Path, most_bytes: int) -> bytes:
        path.unlink()
        return path.read_bytes()

    monkeypatch.setattr("grader.intake.listing.read", read)
    with pytest.raises(AuthorError, match=r"a\.py went away while it was read"):
        collect([tmp_path], WANTED)


def test_too_many_files_are_rejected(tmp_path: Path) -> None:
    """A folder that is no homework costs its learner only; a virtual environment in it is passed over."""
    _write(tmp_path, {f"alice/m{number}.py": "x = 1" for number in range(101)})
    _write(tmp_path, {"bob/venv/pyvenv.cfg": "", "bob/venv/lib/x.py": "x = 1", "bob/hw.py": RIGHT})
    alice, bob = collect([tmp_path], WANTED)
    assert alice.source == SubmissionError("too_large", "alice/ is larger than 100 Python files or 4 MiB.")
    assert bob.source == Source({"hw.py": RIGHT.encode()}, "hw.py")


def test_broken_notebooks_and_archives_cost_their_learner_only(tmp_path: Path) -> None:
    """What holds a submission in another form and cannot be read is a rejection."""
    _write(tmp_path, {"a.ipynb": "{}", "b.zip": b"PK", "c.py": RIGHT, "d.rar": "Rar!", "e/hw.rar": "Rar!"})
    found = [(one.learner, one.source) for one in collect([tmp_path], WANTED) if one.learner != "c"]
    assert found == [
        ("a", SubmissionError("not_text", "a.ipynb is no notebook: it has no number of its format.")),
        ("b", SubmissionError("archive", "b.zip is not a zip archive, or its end is cut off.")),
        ("d", SubmissionError("archive", "d.rar is an archive of a kind that is not opened; use a zip.")),
        ("e", SubmissionError("archive", "e/hw.rar is an archive of a kind that is not opened; use a zip.")),
    ]
    assert collect([tmp_path / "a.ipynb"], WANTED)[0].source == found[0][1]


def test_nothing_to_grade_is_an_error(tmp_path: Path) -> None:
    """A path without submissions is wrong usage."""
    _write(tmp_path, {"empty/notes.txt": "x"})
    for paths, message in (
        ([], "no submission was given"),
        (
            [tmp_path / "empty"],
            f"there are no submissions in {tmp_path}/empty: no Python file, and no folder of a learner",
        ),
        ([tmp_path / "none"], f"there is no file or folder {tmp_path}/none"),
    ):
        with pytest.raises(AuthorError) as caught:
            collect(paths, WANTED)
        assert str(caught.value) == message


def test_same_path_twice_is_one_submission(tmp_path: Path) -> None:
    """A file that is named twice is graded once."""
    _write(tmp_path, {"alice.py": RIGHT})
    assert len(collect([tmp_path / "alice.py", f"{tmp_path}/./alice.py"], WANTED)) == 1


def test_strange_names_are_shown_and_kept_apart(tmp_path: Path) -> None:
    """Names that are not UTF-8 or would act on a terminal are learners too."""
    folder = os.fsencode(tmp_path)
    for name in (b"\xff.py", b"\x1b[31m.py", b"-rf.py", b"summary.py"):
        with open(os.path.join(folder, name), "w") as file:
            file.write(RIGHT)
    assert [(one.learner, one.files[0]) for one in collect([tmp_path], WANTED)] == [
        ("_31m", "\\x1b[31m.py"),
        ("rf", "-rf.py"),
        ("summary_", "summary.py"),
        ("learner", "\\udcff.py"),
    ]
