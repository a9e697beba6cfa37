r"""Expressions as people write them, with the fewest brackets: as text in the objective's own notation, and as LaTeX.

    Xᵀ (2 (H − Y) ⊙ 1[Z > 0])          X^\top \, (2 \, (H - Y) \odot \mathbf{1}[Z > 0])

A node that has a name is printed by it. The gradient with respect to Z is `dZ` in text, as in signatures of functions,
and \bar{Z} in LaTeX, which is the usual short form of \frac{\partial f}{\partial Z} and has room in a formula.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from unicodedata import name as unicode_name

from grader.objective.graph import Node, in_order
from grader.objective.notation import LEVELS, Notation, call, chosen
from grader.objective.operations import TABLE

GREEK = frozenset(
    re.findall(
        r"\w+",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
    )
)
"""The letters that LaTeX has commands for."""


def gradient_of(name: str, like: Node) -> Node:
    """The gradient with respect to what is called so, as a leaf of expressions."""
    return Node("input", (), {"name": f"d{name}", "of": name}, like.shape)


def text(node: Node, names: Mapping[Node, str] | None = None) -> str:
    """A node as text; those below it that have a name are printed by it."""
    written = _print(node, names or {}, lambda one: (one.text, one.binds), _leaf_text, lambda name: name)
    # Two factors side by side, the second of which begins with a digit, need a sign between them.
    return re.sub(r"(?<=[\w)\]]) (?=[0-9])", " * ", written)


def latex(node: Node, names: Mapping[Node, str] | None = None) -> str:
    """A node as LaTeX, for mathematics mode."""

    def side(one: Notation) -> tuple[str, str]:
        return one.latex, one.latex_binds or one.binds

    written = _print(node, names or {}, side, _leaf_latex, latex_name)
    return re.sub(r"\\, (?=[0-9])", r"\\cdot ", written)


@dataclass(frozen=True)
class _Written:
    """A part that is written already; asked for a level, it has brackets if it binds less."""

    content: str
    binds: str

    def __format__(self, level: str) -> str:
        return self.content if not level or _at_least(self.binds, level) else f"({self.content})"


def _at_least(binds: str, level: str) -> bool:
    return LEVELS.index(binds) >= LEVELS.index(level)


def _print(
    root: Node,
    names: Mapping[Node, str],
    side: Callable[[Notation], tuple[str, str]],
    leaf: Callable[[Node], str],
    shown: Callable[[str], str],
) -> str:
    written: dict[Node, _Written] = {}
    for node in in_order(root):
        if node in names and node is not root:
            written[node] = _leaf(shown(names[node]))
        elif node.operation not in TABLE:
            written[node] = _leaf(leaf(node))
        else:
            template, binds = side(chosen(TABLE[node.operation].notation or call(node.operation), node))
            operands = [written[argument] for argument in node.arguments]
            # What stands bare at an end of an expression binds no tighter for being a part of it.
            fields = [(field, level) for _, field, level, _ in Formatter().parse(template) if field is not None]
            bare = [operands[int(field or at)].binds for at, (field, level) in enumerate(fields) if level]
            asked = [level for _, level in fields if level]
            kept = (its for its, level in zip(bare, asked, strict=True) if _at_least(its, level))
            loosest = min([binds, *kept], key=LEVELS.index)
            written[node] = _Written(template.format(*operands), loosest)
    return written[root].content


def _leaf(content: str) -> _Written:
    binds = "sum" if content[0] in "-−" else "beside" if "/" in content else "indexed" if "_" in content else "atom"
    return _Written(content, binds)


def _leaf_text(node: Node) -> str:
    if node.operation == "number":
        return re.sub("^-", "−", _number(node))
    return str(node.options["name"])


def _number(node: Node) -> str:
    value = node.options["value"]
    assert isinstance(value, int | float)
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.12g}"


def _leaf_latex(node: Node) -> str:
    if node.operation == "number":
        return re.sub(r"e([+-]?)0*(\d+)", r" \\cdot 10^{\1\2}", _number(node)).replace("{+", "{")
    if "of" in node.options:
        return latex_gradient(str(node.options["of"]))
    return latex_name(str(node.options["name"]))


def latex_gradient(name: str) -> str:
    r"""\bar{Z}, \bar{Z}_{1}: the bar is over the letter."""
    letter, _, index = latex_name(name).partition("_{")
    bar = "bar" if len(letter) == 1 or letter[1:] in GREEK else "overline"
    return rf"\{bar}{{{letter}}}" + (f"_{{{index}" if index else "")


def latex_name(name: str) -> str:
    r"""X, w_{1}, \beta, \mathrm{out}, W_{\mathrm{out}}: digits at the end, or what follows a `_`, are an index."""
    letters, digits = re.fullmatch(r"(.*?)_?(\d*)", name).groups()  # type: ignore[union-attr]
    first, _, rest = letters.partition("_")
    index = ",".join(filter(None, (_word(rest), digits)))
    return (_word(first) or r"\_") + (f"_{{{index}}}" if index else "")


def _word(word: str) -> str:
    if len(word) == 1:
        greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicode_name(word, ""))
        if greek:
            letter = greek[2].lower().replace("lamda", "lambda")
            letter = letter if greek[1] == "SMALL" else letter.capitalize()
            return f"\\{letter}" if letter in GREEK else word
        return word
    if word in GREEK:
        return f"\\{word}"
    return rf"\mathrm{{{word}}}".replace("_", r"\_") if word else ""
