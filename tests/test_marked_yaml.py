"""YAML as data with places."""

import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.marked_yaml import Document, Place, RefusalError, compose, dotted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-5", 1e-5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-3", -3),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("true", True),
        ("False", False),
        ("y", "y"),
        ("no", "no"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    """A scalar without quotes is what YAML 1.2 says, in quotes it is text."""
    data = compose(f"key: {text}").data
    assert data == {"key": value}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(value)


def test_places_are_lines_of_keys_and_values() -> None:
    """Every key and item knows its line, counted from 1."""
    document = compose("a: 1\nb:\n  - x\n  - |\n    text\n")
    assert document.places == {
        (): Place(1, 1),
        ("a",): Place(1, 1),
        ("b",): Place(2, 3),
        ("b", 0): Place(3, 3),
        ("b", 1): Place(4, 4, "|"),
    }
    assert document.place(("b", 7, "missing")) == Place(2, 3)


def test_empty_text_is_nothing() -> None:
    """A text without a document has no data."""
    assert compose("# only a comment\n") == Document(None, {})


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("a: 1\na: 2", "this key stands here a second time; the first is in line 1", 2),
        ("a: &x 1", "anchors (`&x`) are not used here", 1),
        ("a: *x", "aliases (`*x`) are not used here", 1),
        (
            "a: !!python/object/apply:os.system [ls]",
            "tags (`tag:yaml.org,2002:python/object/apply:os.system`) are not used here",
            1,
        ),
        ("\n<<: {a: 1}", "merge keys (`<<`) are not used here; write the keys out", 2),
        ("? [a]\n: 1", "a key should be a name, not a list or a mapping", 1),
        ("a: 1\n---\nb: 1", "the file has a second document, after `---`; it should have one", 2),
        ("a: " + "[" * 50, "this is nested more than 20 levels deep", 1),
        ("a: " + "9" * 5000, "this number has more than 400 digits", 1),
        ('a: "\\ud800"', "this text has half of a surrogate pair in it, which is no character", 1),
        ('"\\ud800": 1', "a key has half of a surrogate pair in it, which is no character", 1),
        ('a: "\\UFFFFFFFF"', "there is no character with the number that stands here", 1),
    ],
)
def test_surprises_are_refused(text: str, sentence: str, line: int) -> None:
    """What could surprise or do harm is refused with its line."""
    with pytest.raises(RefusalError) as caught:
        compose(text)
    assert (caught.value.sentence, caught.value.line) == (sentence, line)


def test_dotted_paths_show_control_characters() -> None:
    """A path is written with dots and brackets, and cannot act on a terminal."""
    assert dotted(("cases", 1, "dims", "N\x1b")) == "cases[1].dims.N\\x1b"


@given(st.text(alphabet=st.sampled_from(list("ab:-?,[]{}#&*!|>'\"%@` \n\t0~<\\xU\ufeff\x85")), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text fails in any other way than by a refusal or an error of the parser."""
    with contextlib.suppress(RefusalError, yaml.YAMLError):
        compose(text)
