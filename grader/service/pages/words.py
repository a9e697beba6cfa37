"""What states, rules and refusals are called on pages, and which colour goes with the word."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.language import translated as _
from grader.phrases import phrase
from grader.service.grades import Standing
from grader.service.policy import Shown
from grader.service.refusals import AttemptsUsedError, ClosedError, RefusedError, WaitingError
from grader.service.results import Outcome
from grader.service.tables import State

Tone: TypeAlias = Literal["plain", "bad", "us", "muted"]


@dataclass(frozen=True)
class Word:
    """A word, and whose matter it is, as a class of the style sheet."""

    text: str
    tone: Tone


def standing(standing: Standing) -> Word:
    """Where a learner is with an assignment."""
    words: dict[Standing, Word] = {
        "nothing": Word(_("nothing handed in"), "muted"),
        "waiting": Word(_("being graded"), "muted"),
        "graded": Word(_("graded"), "plain"),
        "rejected": Word(_("could not be read"), "bad"),
        "grader_error": Word(_("our fault, is looked after"), "us"),
    }
    return words[standing]


def state(state: State, status: str | None = None) -> Word:
    """What an attempt is in."""
    if state is State.GRADED and status == "rejected":
        return standing("rejected")
    words = {
        State.QUEUED: Word(_("waiting"), "muted"),
        State.RUNNING: Word(_("being graded"), "muted"),
        State.GRADED: Word(_("graded"), "plain"),
        State.FAILED: Word(_("our fault, is looked after"), "us"),
        State.CANCELLED: Word(_("cancelled"), "muted"),
    }
    return words[state]


def of(outcome: Outcome) -> Word:
    """What has become of a submission."""
    return state(outcome.state, outcome.status)


def shown() -> dict[Shown, str]:
    """What learners may be shown, as a choice."""
    return {
        Shown.hidden_count: _("how many hidden cases there are"),
        Shown.hidden_cases: _("the verdict of each hidden case"),
        Shown.diagnosis: _("which mistake it is"),
        Shown.derivation: _("how the gradients are derived"),
    }


def actions() -> dict[str, str]:
    """What somebody did, by what it is called in the audit."""
    return {
        "cancel": _("stopped the grading"),
        "create": _("created"),
        "delete": _("removed"),
        "enrol": _("brought a roster"),
        "erase": _("erased"),
        "export": _("exported"),
        "issue": _("made a token"),
        "leave": _("took out of the class"),
        "link": _("made a sign-in link"),
        "override": _("set the grade"),
        "policy": _("changed the rules"),
        "publish": _("published"),
        "regrade": _("had graded again"),
        "remove": _("removed"),
        "revoke": _("revoked"),
        "see": _("saw"),
    }


def refusal(error: RefusedError) -> str:
    """Why something was not done, to whoever tried."""
    match error:
        case ClosedError():
            return _("Nothing is taken now: look at when it opens and when it closes.")
        case AttemptsUsedError():
            return _("You have handed in as often as it is allowed.")
        case WaitingError():
            return _("Much of your work still waits to be graded; hand in more when some of it is.")
        case _:
            return phrase(str(error), REFUSALS)


REFUSALS: tuple[str, ...] = (
    "line {line}: {what}",
    "this is not UTF-8; save it as CSV in UTF-8",
    "this is no text",
    "the login {login} stands in line {line} too",
    "a roster has {count} rows at most",
    "the roster is larger than {size} MiB",
    "there is nobody on the roster",
    "expected a line with the names of the columns: login, and perhaps name and mail",
    "a column stands there twice",
    "the login is missing",
    "this is no table: {why}",
    "another learner has this login",
    "another class has this id",
    "one of the staff needs a name",
    "the last of the staff stays",
    "a class needs a title",
    "a {field} has {count} characters at most",
    "this {field} has a character that cannot be seen",
    "a grade is a number of points from 0 to {most}",
    "a reason is needed, of {count} characters at most",
    "an assignment opens before it is due, and closes no sooner than that",
    "the penalty is a percentage from 0 to 100 of the points that were reached",
    "the number of attempts is from 1 to 1000, or is left out",
    "two of the files have the same name",
    "{file} is no name of a file",
    "that is no address; expected https://host/path",
    "messages are sent by https only",
    "the kinds are missing; there are {kinds}",
    "the address has a password in it, which everybody who may list addresses would see",
)
"""What the service says to whoever asks, recognised as `grader.phrases` does, so that it can be said in Chinese."""
