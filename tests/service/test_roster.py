"""A roster of any spreadsheet is understood, and the same one again changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.service.database import Database
from grader.service.people import create, create_class, members, named
from grader.service.refusals import UnknownError
from grader.service.roster import Entry, RosterError, enrol, parse

ANN, BOB = Entry(2, "ann", "Ann Bär", "ann@example.org"), Entry(3, "bob", "Bob, Jr.", None)


@pytest.mark.parametrize(
    "text",
    [
        'login,name,mail\nann,Ann Bär,ann@example.org\nbob,"Bob, Jr.",\n',
        '\ufeffLogin;Name;E-Mail\r\nann;Ann Bär;ann@example.org\r\nbob;"Bob, Jr.";\r\n',
        "mail\tgroup\tname\tlogin\nann@example.org\t1\tAnn Bär\t ann \n\t2\tBob, Jr.\tbob",
        'name,login,mail,\nAnn Bär,ann,ann@example.org\n"Bob, Jr.",bob\n,,\n\n',
    ],
)
def test_parse_columns_stand_in_any_order(text: str) -> None:
    """With any separator, other columns, a mark at the beginning, and empty lines."""
    assert parse(text.encode()) == [ANN, BOB]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: expected a line with the names of the columns: login, and perhaps name and mail"),
        (b"ann,Ann\n", "line 1: expected a line with the names of the columns: login, and perhaps name and mail"),
        (b"login,login\na,b\n", "line 1: a column stands there twice"),
        (b"login,mail,email\na,b,c\n", "line 1: a column stands there twice"),
        (b"login,name\n", "there is nobody on the roster"),
        (b"login,name\nann,A\n,B\n", "line 3: the login is missing"),
        (b"login\nann\nbob\nann\n", "line 4: the login ann stands in line 2 too"),
        (b'login,name\nann,"A\n', "line 2: this is no table: unexpected end of data"),
        (b"login\nann\nb\xffb\n", "line 3: this is not UTF-8; save it as CSV in UTF-8"),
        (b"login\nann\0\n", "this is no text"),
        (b"login\n" + b"a" * (4 << 20), "the roster is larger than 4 MiB"),
    ],
)
def test_parse_what_is_no_roster_is_refused_with_its_line(data: bytes, message: str) -> None:
    """So that it can be found in the spreadsheet."""
    with pytest.raises(RosterError) as error:
        parse(data)
    assert str(error.value) == message


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: ("login,name\n" + text).encode("utf-8", "replace"))
)
def test_parse_any_bytes_are_a_roster_or_refused(data: bytes) -> None:
    """Nothing else comes of them."""
    try:
        entries = parse(data)
    except RosterError:
        return
    assert len({entry.login for entry in entries}) == len(entries) > 0


def test_enrol_again_changes_nothing(database: Database) -> None:
    """Each learner is made once, also by another class's roster; what it does not say stays."""
    roster = b"login,name,mail\nann,Ann,a@example.org\nbob,Bob,\n"
    with database.writing() as session:
        create_class(session, "c", "C")
        create_class(session, "d", "D")
        ann = create(session, "ann", "Ann", "a@example.org")
        first = enrol(session, "c", roster)
        (bob,) = set(first.added) - {ann}
        assert (first.added, first.changed, first.unchanged, first.missing) == ((ann, bob), (), (), ())
        again = enrol(session, "c", roster)
        assert (again.added, again.changed, again.unchanged, again.missing) == ((), (), (ann, bob), ())
        other = enrol(session, "c", b"name;login\nBob B.;bob\n;cyd\n")
        (cyd,) = other.added
        assert (other.changed, other.unchanged, other.missing) == ((bob,), (), (ann,))
        assert enrol(session, "c", b"login\nann\n").unchanged == (ann,)
        assert set(members(session, "c")) == {ann, bob, cyd}
        known = named(session, [ann, bob, cyd])
        assert [(known[one].name, known[one].mail) for one in (ann, bob, cyd)] == [
            ("Ann", "a@example.org"),
            ("Bob B.", None),
            (None, None),
        ]
        assert enrol(session, "d", roster).added == (ann, bob)
        assert known[bob].name == "Bob"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_enrol_faulty_row_or_class_is_refused(database: Database) -> None:
    """A name that cannot be shown is the fault of its line."""
    with pytest.raises(UnknownError) as unknown, database.writing() as session:
        enrol(session, "c", b"login\nann\n")
    assert str(unknown.value) == "there is no such class"
    with database.writing() as session:
        create_class(session, "c", "C")
    with pytest.raises(RosterError) as error, database.writing() as session:
        enrol(session, "c", "login,name\nann,A\nbob,B\u202eB\n".encode())
    assert (str(error.value), error.value.line) == ("line 3: this name has a character that cannot be seen", 3)
