"""The files of a kit: the templates are unfinished and nothing else, the numbers are the handout's, all can be read."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest

import grader
from grader.assignment_file import load
from grader.cases import cases
from grader.drawing import draw_case
from grader.errors import AuthorError
from grader.kit import Kit, make, write
from grader.kit.contents import contents
from grader.kit.texts import TEXTS
from grader.language import Language, speaking
from grader.preparation import prepare, wanted
from grader.problem import resolve_all

ROOT = Path(__file__).parent.parent.parent
SHIPPED = sorted(ROOT.glob("assignments/*.yaml"))
SAMPLES = sorted(ROOT.glob("tests/samples/*/assignment.yaml"))
ALL = [
    *(pytest.param(path, id=path.stem) for path in SHIPPED),
    *(pytest.param(path, id=path.parent.name, marks=pytest.mark.slow) for path in SAMPLES),
]


@cache
def kit_of(path: Path) -> Kit:
    return make(path)


def text_of(path: Path, suffix: str) -> str:
    kit = kit_of(path)
    return kit.files[f"{kit.id}.{suffix}"].decode()


# ----- templates -----


@pytest.mark.parametrize("path", ALL)
def test_template_is_unfinished_and_nothing_else(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every function is there with its parameters, unpacks its groups, and is taken for not written yet."""
    kit = kit_of(path)
    write(kit, tmp_path / "kit")
    monkeypatch.chdir(tmp_path / "kit")
    monkeypatch.syspath_prepend(str(tmp_path / "kit"))
    space: dict[str, Any] = {"__name__": "template"}
    exec(compile(text_of(path, "py"), f"{kit.id}.py", "exec"), space)
    report = grader.check(f"{kit.id}.yaml", space, seed=3)
    capsys.readouterr()
    for gradient in report.gradients:
        messages = {case.message for case in gradient.cases if case.message}
        assert all("NotImplementedError" in message or "which it needs" in message for message in messages)
        if all(case.exception for case in gradient.cases) and gradient.wrt != gradient.problem:
            assert [found.code for found in gradient.diagnosis] in (["unfinished"], [])


@pytest.mark.parametrize("path", ALL)
def test_template_documents_every_name(path: Path) -> None:
    """Each parameter and each result has its line, with the shape."""
    tree = ast.parse(text_of(path, "py"))
    stubs = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert tuple(stubs) == wanted(load(path))
    for resolved in resolve_all(load(path)):
        for function in resolved.functions:
            documented = ast.get_docstring(stubs[function.name]) or ""
            for name in (*function.roles, *(question.name for question in function.questions)):
                assert re.search(rf"^ +{name}: \S.*\.$", documented, re.MULTILINE)


@pytest.mark.parametrize("path", ALL)
def test_notebook_is_valid_and_has_the_same_functions(path: Path) -> None:
    """As nbformat checks it, with the same stubs as the module, and the check in the end."""
    notebook = nbformat.reads(text_of(path, "ipynb"), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    codes = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert codes[-1].endswith(f'grader.check("{kit_of(path).id}.yaml", globals())')
    module = ast.parse(text_of(path, "py"))
    stubs = [ast.unparse(node) for node in module.body if isinstance(node, ast.FunctionDef)]
    cells = [node for code in codes for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    assert [ast.unparse(node) for node in cells] == stubs


# ----- numbers -----


@pytest.mark.parametrize("path", ALL)
def test_drawing_lines_give_the_numbers_of_the_handout(path: Path) -> None:
    """Run as a student would run them, they give what the grader draws for the first public case."""
    assignment = load(path)
    for resolved, problem in zip(
        resolve_all(assignment), contents(assignment, prepare(assignment, fresh_seed=0)), strict=True
    ):
        space: dict[str, Any] = {}
        exec("import torch\n" + "\n".join(problem.drawing), space)
        drawn = draw_case(resolved, cases(resolved, "", 0)[0])
        for name, value in drawn.inputs.items():
            assert np.shape(space[name]) == np.shape(value)
            np.testing.assert_allclose(np.asarray(space[name], np.float64), value, rtol=1e-6, atol=1e-6)


DRAWS = """
objective: "sum(U * V) + tr(S T) + tr(Q^T O) + sum(P * H) + c sum(F) + cross_entropy(U, y) + sum(G * G) + sum(U[k])"
seed: 5
shapes: {U: [4, 3], V: [4, 3], S: [3, 3], T: [3, 3], Q: [2, 3], O: [2, 3], P: [4, 3], H: [4, 3], y: [4], G: [], k: [4]}
inputs:
  V: {draw: uniform, low: 2, high: 5}
  S: {draw: spd}
  T: {draw: symmetric}
  Q: {draw: orthogonal}
  P: {draw: simplex}
  H: {draw: onehot}
  y: {draw: labels, classes: 3}
  k: {values: [0, 2, 1, 1]}
  c: {value: 3}
  F: {values: [[1, 2.5]]}
  O: {draw: integers, low: -4, high: 4}
framework: FRAMEWORK
"""


@pytest.mark.parametrize("framework", ["torch", "numpy"])
def test_drawing_lines_know_every_kind_of_input(tmp_path: Path, framework: str) -> None:
    """Each of them after the others, in the framework that functions receive."""
    path = tmp_path / "draws.yaml"
    path.write_text(DRAWS.replace("FRAMEWORK", framework))
    test_drawing_lines_give_the_numbers_of_the_handout(path)
    assignment = load(path)
    (problem,) = contents(assignment, prepare(assignment, fresh_seed=0))
    space: dict[str, Any] = {}
    exec("import torch\n" + "\n".join(problem.drawing), space)
    module = {type(space[name]).__module__ for name in "UVSTQOPHyGkF"}
    assert module == {framework}
    assert space["c"] == 3


# ----- sheets -----


@pytest.mark.parametrize("path", ALL)
def test_page_opens_without_network_and_shows_every_formula(path: Path) -> None:
    """Formulas are MathML with no LaTeX left, as many as in the Markdown, and nothing is loaded from anywhere."""
    html = text_of(path, "html")
    formulas = re.findall(r"<math.*?</math>", html, re.DOTALL)
    assert len(formulas) == text_of(path, "md").count("\n$$\n") / 2
    assert formulas
    assert not any("\\" in formula for formula in formulas)
    assert not re.search(r"\b(src|href)=|url\(|@import|<script|<link", html)
    ElementTree.fromstring(re.sub("<meta[^>]*>", "", html.partition("\n")[2]))


def test_sheet_says_all_that_a_student_needs() -> None:
    """The sheet of an assignment with named sizes and upstream gradients, word for word."""
    text = text_of(ROOT / "assignments" / "matrix_chain_rule.yaml", "md")
    formulas = re.compile(r"\$\$\n(.*?)\n\$\$", re.DOTALL)
    assert [formula.partition("=")[0] for formula in formulas.findall(text)] == ["Y ", "L "]
    assert formulas.sub("$$…$$", text) == (Path(__file__).parent / "matrix_chain_rule.md").read_text()


def test_page_shows_what_a_teacher_wrote_as_text(tmp_path: Path) -> None:
    """A title is no markup, in whatever file it stands."""
    path = tmp_path / "evil.yaml"
    title = '<script>alert(1)</script> *a* """ \\\\ {x}'
    path.write_text(f"title: {json.dumps(title)}\nobjective: '||X||_F^2'\nseed: 0\nshapes: {{X: [3, 4]}}\n")
    kit = make(path)
    assert "<script" not in kit.files["evil.html"].decode()
    assert kit.files["evil.md"].startswith(rb"# \<script\>alert(1)\</script\> \*a\* ")
    docstring = ast.get_docstring(ast.parse(kit.files["evil.py"].decode())) or ""
    assert docstring.splitlines()[0] == title


def test_texts_are_all_used_and_all_there() -> None:
    """A key that is misspelt, or that nobody asks for, would only show in some sheet."""
    source = "\n".join(path.read_text() for path in (ROOT / "grader" / "kit").glob("*.py") if path.stem != "texts")
    kinds = {"normal", "uniform", "integers", "labels", "onehot", "simplex", "spd", "symmetric", "orthogonal"}
    computed = kinds | {"value", "values", "rule_torch", "rule_numpy"}
    assert {key for key in TEXTS if not re.search(rf"['\"]{key}['\"]", source)} <= computed
    asked = set(re.findall(r"say\(\s*['\"](\w+)['\"]", source))
    assert asked <= set(TEXTS)


# ----- folders -----


def test_write_refuses_what_is_not_empty(tmp_path: Path) -> None:
    """Work in the folder is not lost; with `force` only the kit's own files are replaced."""
    kit = Kit("hw", {"hw.py": b"new"}, False)
    folder = tmp_path / "deep" / "kit"
    write(kit, folder)
    (folder / "hw.py").write_bytes(b"mine")
    (folder / "notes.txt").write_bytes(b"mine")
    with pytest.raises(AuthorError) as caught:
        write(kit, folder)
    assert str(caught.value) == (
        f"{folder} is not empty, and work that is in it could be lost; "
        "expected a new folder, or --force to replace the files of the kit"
    )
    assert (folder / "hw.py").read_bytes() == b"mine"
    write(kit, folder, force=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"hw.py": b"new", "notes.txt": b"mine"}


def test_write_where_no_folder_can_be_is_one_sentence(tmp_path: Path) -> None:
    """A file in the place of the folder, or of one above it."""
    (tmp_path / "file").write_bytes(b"")
    for place, sentence in (
        (tmp_path / "file", "is no folder, so no kit can be put there"),
        (tmp_path / "file" / "kit", "cannot be written: Not a directory"),
    ):
        with pytest.raises(AuthorError) as caught:
            write(Kit("hw", {}, False), place)
        assert str(caught.value) == f"{place} {sentence}"


def test_make_module_with_the_name_of_the_template_is_refused(tmp_path: Path) -> None:
    """The teacher's module would be overwritten by the template, or the other way round."""
    (tmp_path / "hw.py").write_text("")
    (tmp_path / "hw.yaml").write_text("objective: '||X||_F^2'\nseed: 0\nshapes: {X: [3, 4]}\nprovide: [hw.py]\n")
    with pytest.raises(AuthorError) as caught:
        make(tmp_path / "hw.yaml")
    assert str(caught.value) == ("the module hw.py has the name of a file of the kit; give it, or the id, another one")


def test_make_is_deterministic() -> None:
    """The same file, the same kit."""
    assert make(SHIPPED[0]).files == make(SHIPPED[0]).files


# ----- in Chinese -----


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_kit_in_chinese_differs_in_words_only(path: Path) -> None:
    """Formulas, signatures and code are the same; no sentence is left in English."""
    with speaking(Language.zh_cn):
        chinese = make(path)
    english = kit_of(path)
    assert list(chinese.files) == list(english.files)
    assert '<html lang="zh-CN">' in chinese.files[f"{chinese.id}.html"].decode()
    sheets = [kit.files[f"{kit.id}.md"].decode() for kit in (chinese, english)]
    formulas, signatures, code = (
        [re.findall(pattern, sheet, re.DOTALL) for sheet in sheets]
        for pattern in (r"\$\$.*?\$\$", r"\| `(\w+\(.*?)` \|", r"```.*?```")
    )
    for one, other in (formulas, signatures, code):
        assert one == other
    assert not {text for text in TEXTS.values() if "{" not in text and text.count(" ") > 2 and text in sheets[0]}
    template = chinese.files[f"{chinese.id}.py"].decode()
    names = [
        [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        for text in (template, text_of(path, "py"))
    ]
    assert names[0] == names[1]
