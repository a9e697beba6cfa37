"""Cases that prove an assignment are found, and nothing that is there is lost."""

from pathlib import Path

from grader import assignment_file
from grader.validation import validate
from grader.validation.proposal import Proposal, propose, wanted

SMALL = """\
# a homework of mine
objective: "||max(X W, 0) - Y||_F^2"  # with a ReLU
seed: 0
shapes: {X: [N, D], W: [D, M], Y: [N, M]}
dims: {N: 4, D: 4, M: 4}
cases:
  # what students see
  - {name: handout, visibility: public}
  - {name: small, dims: {N: 6, D: 1, M: 1}}  # too small
points: {W: 4}
"""


def proposed(folder: Path, text: str) -> Proposal | None:
    path = folder / "homework.yaml"
    path.write_text(text)
    assignment = assignment_file.load(path)
    return propose(path, assignment, validate(assignment))


def test_proposal_proves_cases_that_hide_transposes(tmp_path: Path) -> None:
    """Sizes are all different and none 1 or 2; the file is the same but for the lines that are added."""
    proposal = proposed(tmp_path, SMALL)
    assert proposal is not None
    assert proposal.validation.proven
    assert proposal.validation.score == 1.0
    lines = "".join(f"  - {line}\n" for line in proposal.lines["homework"])
    assert proposal.text == SMALL.replace("# too small\n", f"# too small\n{lines}")
    for case in assignment_file.loads(proposal.text, "homework.yaml").problems[0].cases[2:]:  # type: ignore[index]
        assert len({*case.dims.values()}) == 3
        assert min(case.dims.values()) > 2


def test_proposed_seeds_need_no_replacing(tmp_path: Path) -> None:
    """What stands in the file is the seed that is used."""
    proposal = proposed(tmp_path, SMALL)
    assert proposal is not None
    (inputs,) = [one.message for one in proposal.validation.findings if one.check == "inputs"]
    assert inputs == "4 cases ask a sensible question: handout, small, proven_1, proven_2"


def test_no_cases_repair_a_tolerance_that_is_too_wide(tmp_path: Path) -> None:
    """Then nothing is proposed."""
    text = 'objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [N, D], W: [D, M]}\ndims: {N: 4, D: 3, M: 5}\n'
    assert proposed(tmp_path, text + "tolerance: {rtol: 0.9, atol: 0.9}\n") is None


def test_nothing_is_wanted_where_all_is_proven() -> None:
    """The default cases do."""
    text = 'objective: "||X W||_F^2"\nseed: 0\nshapes: {X: [4, 4], W: [4, 4]}\n'
    assert wanted(validate(assignment_file.loads(text, "homework.yaml"))) == ()
