"""The downloads of each LMS, made from their documented layouts: as a zip and unpacked, they give the same."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import AuthorError, SubmissionError
from grader.intake import Format, Lms, Options, Submission, archive, collect, formats
from grader.intake.times import iso
from grader.sandbox.job import Source
from tests.intake.archives import corrupt, zipped

WANTED = ("grad_W", "grad_X")
RIGHT = "def grad_W(X): pass\ndef grad_X(X): pass\n"
HELPED = "import helpers\n" + RIGHT


def _both(
    tmp_path: Path, files: Mapping[str, str | bytes], folders: tuple[str, ...] = (), options: Options | None = None
) -> list[Submission]:
    """What is collected from the zip, which is the same as from the unpacked folder and from one folder deeper."""
    path = tmp_path / "download.zip"
    path.write_bytes(zipped(files, folders))
    deeper = tmp_path / "deeper.zip"
    deeper.write_bytes(zipped({f"export/{name}": data for name, data in files.items()}))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    found = collect([path], WANTED, options=options)
    assert collect([tmp_path / "unpacked"], WANTED, options=options) == found
    if not folders and (options is None or options.format is not None):
        inside = collect([deeper], WANTED, options=options)
        assert [(one.learner, one.lms, one.source) for one in inside if isinstance(one.source, Source)] == [
            (one.learner, one.lms, one.source) for one in found if isinstance(one.source, Source)
        ]
    return found


def _facts(submissions: list[Submission]) -> list[tuple[str, Lms | None, str | None]]:
    """Learner, what the LMS says, and the main module or the code of the rejection."""
    return [
        (one.learner, one.lms, one.source.main if isinstance(one.source, Source) else one.source.code)
        for one in submissions
    ]


def test_canvas(tmp_path: Path) -> None:
    """User ids, late marks, anonymous learners, text entries, several files and files handed in again."""
    found = _both(
        tmp_path,
        {
            "doejane_4711_90210_hw.py": HELPED,
            "doejane_4711_90211_helpers.py": "x = 1",
            "张三_LATE_12_90300_作业.py": RIGHT,
            "müllerzoë_late_13_90301_hw-2.py": HELPED,
            "müllerzoë_late_13_90302_hw-10.py": "import helpers\n" + RIGHT + "y = 10\n",
            "müllerzoë_late_13_90300_hw.py": "old = 1",
            "roejoe_14_text.html": "<p>I forgot</p>",
            "anon_xYz1_90400_hw.py": RIGHT,
            "LATE_anon_qq2_90401_part-1.py": RIGHT,
            "LATE_anon_qq2_90402_part-2.py": "z = 1",
            "evil_15_90500_work.zip": b"PK\3\4 broken",
            "last_16_90501_work.zip": zipped({"w/hw.py": RIGHT}),
        },
    )
    assert _facts(found) == [
        ("anon_qq2", Lms("canvas", "anon_qq2", late=True), "part-1.py"),
        ("anon_xYz1", Lms("canvas", "anon_xYz1", late=False), "hw.py"),
        ("4711", Lms("canvas", "4711", "doejane", late=False), "hw.py"),
        ("15", Lms("canvas", "15", "evil", late=False), "archive"),
        ("16", Lms("canvas", "16", "last", late=False), "hw.py"),
        ("13", Lms("canvas", "13", "müllerzoë", attempt=11, late=True), "hw.py"),
        ("14", Lms("canvas", "14", "roejoe", late=False), "empty"),
        ("12", Lms("canvas", "12", "张三", late=True), "作业.py"),
    ]
    by_learner = {one.learner: one for one in found}
    assert by_learner["4711"].files == ("doejane_4711_90210_hw.py", "doejane_4711_90211_helpers.py")
    assert by_learner["4711"].source == Source({"hw.py": HELPED.encode(), "helpers.py": b"x = 1"}, "hw.py")
    assert by_learner["13"].files == ("müllerzoë_late_13_90302_hw-10.py",)
    assert by_learner["14"].files == ("roejoe_14_text.html",)
    assert by_learner["14"].source == SubmissionError("empty", "roejoe_14_text.html has no Python file in it.")


@pytest.mark.parametrize("end", ["", "_"])
def test_moodle_in_folders(tmp_path: Path, end: str) -> None:
    """Participant ids, blind marking in any language, groups, text instead of files, folders in folders."""
    found = _both(
        tmp_path,
        {
            f"Jane Doe_4711_assignsubmission_file{end}/hw.py": HELPED,
            f"Jane Doe_4711_assignsubmission_file{end}/lib/helpers.py": "x = 1",
            f"Jane Doe_4711_assignsubmission_onlinetext{end}/onlinetext.html": "<p>see file</p>",
            f"Jane Doe_4712_assignsubmission_file{end}/hw.ipynb": "{}",
            f"Participant_4713_assignsubmission_file{end}/hw.py": RIGHT,
            f"参与人_4714_assignsubmission_file{end}/hw.zip": zipped({"hw.py": RIGHT}),
            f"Team A_12_assignsubmission_file{end}/hw.py": RIGHT,
            f"Default group_assignsubmission_file{end}/hw.py": RIGHT,
            f"Roe Joe_4715_assignsubmission_onlinetext{end}/onlinetext.html": "x",
            f"Bad Zip_4716_assignsubmission_file{end}/hw.zip": corrupt("hw.py"),
        },
    )
    assert sorted(_facts(found), key=lambda fact: fact[0]) == [
        ("12", Lms("moodle", "12", "Team A"), "hw.py"),
        ("4711", Lms("moodle", "4711", "Jane Doe"), "hw.py"),
        ("4712", Lms("moodle", "4712", "Jane Doe"), "not_text"),
        ("4713", Lms("moodle", "4713", "Participant"), "hw.py"),
        ("4714", Lms("moodle", "4714", "参与人"), "hw.py"),
        ("4715", Lms("moodle", "4715", "Roe Joe"), "empty"),
        ("4716", Lms("moodle", "4716", "Bad Zip"), "archive"),
        ("Default_group", Lms("moodle", "Default group", "Default group"), "hw.py"),
    ]
    jane = next(one for one in found if one.learner == "4711")
    folder = f"Jane Doe_4711_assignsubmission_file{end}"
    assert jane.files == (f"{folder}/hw.py", f"{folder}/lib/helpers.py")
    joe = next(one for one in found if one.learner == "4715")
    assert joe.files == (f"Roe Joe_4715_assignsubmission_onlinetext{end}/",)


def test_moodle_flat(tmp_path: Path) -> None:
    """Without folders the student's file name stands at the end; an empty folder is a learner too."""
    files = {
        "Jane Doe_4711_assignsubmission_file_hw_1.py": RIGHT,
        "Jane Doe_4711_assignsubmission_onlinetext_onlinetext.html": "x",
        "Zoë_4712_assignsubmission_file_作业.py": RIGHT,
    }
    found = _both(tmp_path, files, folders=("Roe_5_assignsubmission_file_",))
    assert sorted(_facts(found), key=lambda fact: fact[0]) == [
        ("4711", Lms("moodle", "4711", "Jane Doe"), "hw_1.py"),
        ("4712", Lms("moodle", "4712", "Zoë"), "作业.py"),
        ("5", Lms("moodle", "5", "Roe"), "empty"),
    ]


METADATA = """\
---
submission_12345:
  :submitters:
  - :name: Jane Doe
    :sid: '0100'
    :email: jane@uni.edu
  - :name: 张三
    :email: zhang@uni.edu
  :created_at: 2024-01-01 00:00:00 Z
  :score: !ruby/object:BigDecimal 18:0.1e1
  :history: []
submission_12346:
  :submitters:
  - :name: Roe Joe
    :sid: 101
  :created_at: !ruby/object:Time 2024-01-02 08:00:00.5 Z
submission_12347:
  :submitters:
  - :name: 张三
    :email: zhang@uni.edu
  :created_at: 2023-12-31 00:00:00 Z
submission_12348:
  :submitters: []
"""


def test_gradescope(tmp_path: Path) -> None:
    """A group is graded once, for each member; ids keep their zeros; Ruby's tags mean nothing; the newest counts."""
    files = {
        "submission_metadata.yml": METADATA,
        "submission_12345/hw.py": HELPED,
        "submission_12345/helpers.py": "x = 1",
        "submission_12346/notes.txt": "x",
        "submission_12347/hw.py": "old = 1",
        "submission_12348/hw.py": RIGHT,
        "submission_12349/hw.py": RIGHT,
    }
    found = _both(tmp_path, files)
    group, time = "Jane Doe, 张三", "2024-01-01T00:00:00Z"
    assert _facts(found) == [
        ("0100", Lms("gradescope", "0100", "Jane Doe", "jane@uni.edu", group, time=time), "hw.py"),
        ("101", Lms("gradescope", "101", "Roe Joe", time="2024-01-02T08:00:00.5Z"), "empty"),
        ("submission_12348", Lms("gradescope", "submission_12348"), "hw.py"),
        ("submission_12349", Lms("gradescope", "submission_12349"), "hw.py"),
    ]
    (member,) = found[0].members
    mail = "zhang@uni.edu"
    assert (member.learner, member.lms) == (
        "zhang_uni.edu",
        Lms("gradescope", mail, "张三", mail, group, attempt=2, time=time),
    )
    assert [one.members for one in found[1:]] == [(), (), ()]


@pytest.mark.parametrize("metadata", ["a: [", "[1, 2]", "- " * 5000 + "x", "[" * 100_000, "\0", b"\xff"])
def test_gradescope_with_broken_metadata_is_refused(tmp_path: Path, metadata: str | bytes) -> None:
    """Who handed in what is not guessed."""
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"submission_metadata.yml": metadata, "submission_1/hw.py": RIGHT}))
    with pytest.raises(AuthorError, match=r"submission_metadata\.yml of the Gradescope export"):
        collect([path], WANTED)


def _blackboard(name: str, user: str, *files: tuple[str, str]) -> str:
    listed = "\n".join(f"\tOriginal filename: {original}\n\tFilename: {named}\n" for original, named in files)
    listed = listed or "No files were attached to this submission."
    return (
        f"Name: {name} ({user})\nAssignment: HW 1\nDate Submitted: Monday, September 23, 2024 9:00:05 PM EDT\n"
        f"Current Grade: Needs Grading\n\nSubmission Field:\nName: Fake (fake)\n\nComments:\n"
        f"Files:\n\tOriginal filename: fake.py\n\tFilename: fake\n\nFiles:\n{listed}\n"
    ).replace("\n", "\r\n")


def test_blackboard(tmp_path: Path) -> None:
    """User names, also with underscores; the newest attempt by date; names of files from the text file."""
    old, new = "HW 1_jd_123_attempt_2024-09-23-21-00-05", "HW 1_jd_123_attempt_2024-10-01-08-00-00"
    found = _both(
        tmp_path,
        {
            f"{old}_hw.py": "old = 1",
            f"{old}.txt": _blackboard("Jane Doe", "jd_123", ("hw.py", f"{old}_hw.py")),
            f"{new}_hw_1.py": RIGHT,
            f"{new}.txt": "\ufeff" + _blackboard("Jane Doe", "jd_123", ("hw.py", f"{new}_hw_1.py")),
            "HW 1_zs_attempt_2024-09-23-21-00-06.txt": _blackboard("张三", "zs"),
            "HW 1_roe_attempt_2024-09-23-21-00-07_hw.py": RIGHT,
        },
    )
    assert _facts(found) == [
        ("jd_123", Lms("blackboard", "jd_123", "Jane Doe", attempt=2, time="2024-10-01T08:00:00"), "hw.py"),
        ("roe", Lms("blackboard", "roe", time="2024-09-23T21:00:07"), "hw.py"),
        ("zs", Lms("blackboard", "zs", "张三", time="2024-09-23T21:00:06"), "empty"),
    ]
    assert found[0].files == (f"{new}_hw_1.py",)


def test_brightspace(tmp_path: Path) -> None:
    """Folders for attempts, of which the newest counts by its date and not by its text; flat files; other languages."""
    found = _both(
        tmp_path,
        {
            "index.html": "<html>",
            "39786-640693 - Jane Doe - Sep 10, 2025 908 AM/hw.py": "old = 1",
            "39786-640693 - Jane Doe - Oct 2, 2025 1022 PM/hw.py": RIGHT,
            "39786-640693 - Jane Doe - Oct 2, 2025 1022 AM/hw.py": "old = 2",
            "39787-640693 - Jane Doe - Oct 10, 2025 1022 AM - hw - final.py": RIGHT,
            "39788-640693 - Zoë Müller - 10 octobre 2025 1022/hw.py": RIGHT,
            "39789-640693 - 张三 - Oct 10, 2025 1222 AM/notes.txt": "x",
        },
    )
    assert _facts(found) == [
        (
            "39786-640693",
            Lms("brightspace", "39786-640693", "Jane Doe", attempt=3, time="2025-10-02T22:22:00"),
            "hw.py",
        ),
        (
            "39787-640693",
            Lms("brightspace", "39787-640693", "Jane Doe", time="2025-10-10T10:22:00"),
            "hw - final.py",
        ),
        ("39788-640693", Lms("brightspace", "39788-640693", "Zoë Müller", time="10 octobre 2025 1022"), "hw.py"),
        ("39789-640693", Lms("brightspace", "39789-640693", "张三", time="2025-10-10T00:22:00"), "empty"),
    ]


def test_nbgrader(tmp_path: Path) -> None:
    """The work on this assignment, with its time."""
    files = {
        "submitted/ann/ps1/hw.py": RIGHT,
        "submitted/ann/ps1/timestamp.txt": "2024-01-01 10:00:00 UTC\n",
        "submitted/ann/ps2/hw.py": "x = 1",
        "submitted/bob/ps1/hw.ipynb": "{}",
    }
    found = _both(tmp_path, files, options=Options(assignment="ps1"))
    assert _facts(found) == [
        ("ann", Lms("nbgrader", "ann", time="2024-01-01T10:00:00Z"), "hw.py"),
        ("bob", Lms("nbgrader", "bob"), "not_text"),
    ]
    with pytest.raises(
        AuthorError, match=r"several assignments in nbgrader's tree \(ps1, ps2\), and none of them is x"
    ):
        collect([tmp_path / "unpacked"], WANTED, options=Options(assignment="x"))


def test_filename_regex(tmp_path: Path) -> None:
    """nbgrader's groups say whose a file is; what does not match is a learner of its own."""
    expression = r"(?P<last_name>\w+)_(?P<first_name>\w+)_(?P<student_id>\w+)_(?P<timestamp>[\d-]+)_(?P<file_id>.+)"
    files = {
        "Doe_Jane_100_2024-01-01-10-00-00_hw.py": "old = 1",
        "sub/Doe_Jane_100_2024-01-02-10-00-00_hw.py": RIGHT,
        "stranger.py": RIGHT,
        "readme.txt": "x",
    }
    found = _both(tmp_path, files, options=Options(filename_regex=expression))
    assert _facts(found) == [
        ("100", Lms("named", "100", "Jane Doe", attempt=2, time="2024-01-02T10:00:00"), "hw.py"),
        ("stranger.py", Lms("named", "stranger.py"), "stranger.py"),
    ]
    for wrong, why in (
        ("(", "--filename-regex is no regular expression: missing ), unterminated subpattern at position 0"),
        ("x", "--filename-regex has no group (?P<student_id>…), which says whose a file is"),
        ("(?P<student_id>zzz)", f"{tmp_path}/unpacked: --filename-regex matches none of the files"),
    ):
        with pytest.raises(AuthorError) as caught:
            collect([tmp_path / "unpacked"], WANTED, options=Options(filename_regex=wrong))
        assert str(caught.value) == why


def test_format_is_forced(tmp_path: Path) -> None:
    """What looks like one thing can be read as another, and a wrong word is an error."""
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"doejane_4711_90210_hw.py": RIGHT}))
    assert [one.learner for one in collect([path], WANTED)] == ["4711"]
    (plain,) = collect([path], WANTED, options=Options(Format.files))
    assert (plain.learner, plain.lms) == ("doejane_4711_90210_hw", None)
    with pytest.raises(AuthorError) as caught:
        collect([path], WANTED, options=Options(Format.moodle))
    assert str(caught.value) == f"{path}: there is nothing in it that is named as in a download from moodle"


def test_notebooks_are_modules(tmp_path: Path) -> None:
    """A notebook counts like a module, `.py` first at a tie; magics are a warning, a mention names cell and line."""
    cells = [
        {"cell_type": "code", "source": "%pylab", "metadata": {}, "outputs": [], "execution_count": None},
        {"cell_type": "code", "source": RIGHT + "x.backward()", "metadata": {}, "outputs": []},
    ]
    data = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    path = tmp_path / "x.zip"
    path.write_bytes(
        zipped({"ann.ipynb": data, "bob/a.ipynb": data, "bob/b.py": RIGHT, "eve/a.ipynb": data, "eve/b.py": ""})
    )
    ann, bob, eve = collect([path], WANTED)
    packed = json.dumps([[1, "pass"], [2, RIGHT + "x.backward()"]]).encode()
    assert ann.source == Source({"ann.ipynb": packed}, "ann.ipynb")
    assert ann.warnings == (
        ("magic_dropped", "Notebook commands were left out."),
        (
            "mentions_autograd",
            "ann.ipynb, cell 2, line 3: the source mentions automatic differentiation (.backward()).",
        ),
    )
    assert bob.source == Source({"a.ipynb": packed, "b.py": RIGHT.encode()}, "b.py")
    assert (
        "several_files",
        "2 files define equally many of the functions asked for; bob/b.py was graded.",
    ) in bob.warnings
    assert isinstance(eve.source, Source)
    assert eve.source.main == "a.ipynb"


def test_ids_of_groups_and_learners_never_collide(tmp_path: Path) -> None:
    """Members, other archives and our own outputs: every id is one learner's, on any disk."""
    metadata = "submission_1:\n  :submitters:\n  - :sid: Ann\n  - :sid: summary\n  - :sid: ANN\n"
    (tmp_path / "a.zip").write_bytes(zipped({"submission_metadata.yml": metadata, "submission_1/hw.py": RIGHT}))
    (tmp_path / "b.zip").write_bytes(zipped({"ann.py": RIGHT, "Ａnn.py": RIGHT}))
    found = collect([tmp_path / "a.zip", tmp_path / "b.zip"], WANTED)
    ids = [learner for one in found for learner in (one.learner, *(member.learner for member in one.members))]
    assert ids == ["Ann", "summary_", "ANN-2", "ann-3", "Ann-4"]


@settings(deadline=None)
@given(
    st.lists(
        st.text(
            alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0_:."), min_size=1, max_size=8
        ),
        min_size=1,
        max_size=6,
        unique=True,
    )
)
def test_every_participant_is_one_learner(names: list[str]) -> None:
    """Whatever the names in a Moodle download, nobody is lost, and nobody's id is another's."""
    files = {f"{name}_{number}_assignsubmission_file/hw.py": RIGHT for number, name in enumerate(names)}
    with archive.opened(io.BytesIO(zipped({name.strip(): data for name, data in files.items()}))) as listing:
        learners = [one.name for one in formats.learners(listing, Options(Format.moodle))]
    assert sorted(learners) == sorted(str(number) for number in range(len(names)))


@pytest.mark.parametrize(
    ("time", "as_iso"),
    [
        (None, None),
        ("2024-01-01 00:00:00 Z", "2024-01-01T00:00:00Z"),
        ("2024-09-23-21-00-05", "2024-09-23T21:00:05"),
        ("2024-01-01 00:00:00.123456 +0800", "2024-01-01T00:00:00.123456+0800"),
        ("Oct 10, 2025 10:22 AM", "2025-10-10T10:22:00"),
        ("Oct 10, 2025 12:22 AM", "2025-10-10T00:22:00"),
        ("October 10, 2025 9:08 PM", "2025-10-10T21:08:00"),
        ("10. Oktober 2025", "10. Oktober 2025"),
    ],
)
def test_times_are_iso(time: str | None, as_iso: str | None) -> None:
    """What is understood sorts as text; the rest stays as it was written."""
    assert iso(time) == as_iso
