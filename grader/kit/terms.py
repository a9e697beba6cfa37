"""Signatures as Python writes them: from the tree alone, so that nothing but what they mean is left.

grad_W(X, W)  ->  dW  # = X^T R          grad_W(X, W) -> dW
"""

import json

from grader.signature import Group, Literally, Name, Signature, Term


def signature_text(signature: Signature) -> str:
    """A signature that reads back as the same tree."""
    return f"{signature.function}({', '.join(map(written, signature.parameters))}) -> {written(signature.returns)}"


def written(term: Term) -> str:
    """A term as Python."""
    match term:
        case Name(name):
            return name
        case Literally(value):
            return repr(value)
        case Group("dict", items, keys):
            pairs = (
                f"{json.dumps(key, ensure_ascii=False)}: {written(item)}" for key, item in zip(keys, items, strict=True)
            )
            return f"{{{', '.join(pairs)}}}"
        case Group(kind, items):
            inside = ", ".join(map(written, items))
            return f"[{inside}]" if kind == "list" else f"({inside}{',' if len(items) == 1 else ''})"
