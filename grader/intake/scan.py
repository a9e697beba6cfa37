"""What can be seen in a source without running or parsing it: the functions it defines, and that it names autograd.

Works on tokens, which cost little and cannot exhaust a parser: a submission is scanned where the answers are. What has
faults is scanned as far as it has tokens.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

_DEFINES = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_HINT = re.compile(r"backward|autograd|functorch|func\b|jacrev|jacfwd|requires_grad|\bgrad\b")
"""What a source that mentions autograd must have somewhere: the tokens of others are never looked at."""

_OWN_BACKWARD = re.compile(r"\bdef\s+backward\b")
_LOOKED_AT = (tokenize.NAME, tokenize.OP, tokenize.NEWLINE)
_ALWAYS = frozenset({"autograd", "functorch"})
_AS_ATTRIBUTE = frozenset({"jacrev", "jacfwd", "requires_grad", "requires_grad_"})
_FROM_TORCH = frozenset({"func", "autograd"})


@dataclass(frozen=True)
class Mention:
    """Where a source names automatic differentiation."""

    what: str
    line: int


def defined(source: str) -> frozenset[str]:
    """Names that are defined at the top level, by `def` or by assignment."""
    blanked = _without_strings(source)
    return frozenset(function or name for function, name in _DEFINES.findall(blanked))


def autograd_mention(source: str) -> Mention | None:
    """The first place that names automatic differentiation, comments and strings aside."""
    if not _HINT.search(source):
        return None
    own_backward = _OWN_BACKWARD.search(source) is not None
    before2, before = "", ""
    from_torch = False
    for token in _tokens(source):
        if token.type not in _LOOKED_AT:
            continue
        word, line = token.string, token.start[0]
        if token.type == tokenize.NEWLINE:
            from_torch = False
        elif word in _ALWAYS:
            return Mention(word, line)
        elif before == "." and word in _AS_ATTRIBUTE:
            return Mention(f".{word}", line)
        elif (before2, before, word) == (".", "backward", "(") and not own_backward:
            return Mention(".backward()", line)
        elif (before2, before, word) == ("torch", ".", "func"):
            return Mention("torch.func", line)
        elif from_torch and before in ("import", ",", "(") and word in _FROM_TORCH:
            return Mention(f"torch.{word}", line)
        elif (before, word) == ("from", "torch"):
            from_torch = True
        before2, before = before, word
    return None


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens up to the first fault."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def _without_strings(source: str) -> str:
    """The source with the lines inside its strings indented, so that none of them looks like code."""
    if '"""' not in source and "'''" not in source:
        return source
    lines = source.split("\n")
    for token in _tokens(source):
        first, last = token.start[0], token.end[0]
        if last > first and token.type not in (tokenize.NEWLINE, tokenize.NL):
            lines[first:last] = [f" {line}" for line in lines[first:last]]
    return "\n".join(lines)
