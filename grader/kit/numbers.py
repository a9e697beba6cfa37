"""The handout's numbers as a student draws them: the lines of Python that lead to the inputs of a case.

torch.manual_seed(0)
X = torch.randn(10, 4)
W = torch.randn(4, 4)
"""

from collections.abc import Collection, Iterator

from grader.assignment import (
    Framework,
    InputSpec,
    Integers,
    Labels,
    Normal,
    Onehot,
    Orthogonal,
    Simplex,
    Spd,
    Symmetric,
    Uniform,
    Value,
    Values,
)
from grader.cases import CaseSpec

Shape = tuple[int, ...]


def drawing(
    case: CaseSpec, seed: int, framework: Framework, differentiated: Collection[str], labels: Collection[str]
) -> tuple[str, ...]:
    """The lines; for numpy the tensors become arrays in the end, since it is torch that draws."""
    specs = {name: case.inputs.get(name, Normal()) for name in case.layout.shapes}
    lines = [f"torch.manual_seed({seed})"] if any(_is_drawn(spec) for spec in specs.values()) else []
    for name, shape in case.layout.shapes.items():
        lines += _lines(
            name, shape, specs[name], case.layout.classes.get(name, 0), name in differentiated, name in labels
        )
    tensors = [name for name, spec in specs.items() if not isinstance(spec, Value) or name in differentiated]
    if framework == "numpy" and tensors:
        names = f"{', '.join(tensors)},"
        lines.append(f"{names.removesuffix(',') if len(tensors) > 1 else names} = (each.numpy() for each in ({names}))")
    return tuple(lines)


def _is_drawn(spec: InputSpec) -> bool:
    return not isinstance(spec, Value | Values)


def _lines(name: str, shape: Shape, spec: InputSpec, classes: int, differentiated: bool, label: bool) -> Iterator[str]:
    sizes = ", ".join(map(str, shape)) or "()"
    match spec:
        case Normal():
            yield f"{name} = torch.randn({sizes})"
        case Uniform(low=low, high=high):
            scaled = "" if (low, high) == (0, 1) else f"{low} + {high - low} * "
            yield f"{name} = {scaled}torch.rand({sizes})"
        case Integers(low=low, high=high):
            yield f"{name} = torch.randint({low}, {high + 1}, {shape}).float()"
        case Labels():
            yield f"{name} = torch.randint(0, {classes}, {shape})"
        case Onehot():
            yield f"{name} = torch.eye({shape[-1]})[torch.randint(0, {shape[-1]}, {shape[:-1]})]"
        case Simplex():
            yield f"{name} = torch.randn({sizes}).double().softmax(-1)"
        case Spd():
            yield f"{name} = torch.randn({sizes}).double()"
            yield f"{name} = {name} @ {name}.T / {shape[0]} + torch.eye({shape[0]})"
        case Symmetric():
            yield f"{name} = torch.randn({sizes}).double()"
            yield f"{name} = ({name} + {name}.T) / 2"
        case Orthogonal():
            wide = shape[0] < shape[1]
            tall = f"{shape[1]}, {shape[0]}" if wide else sizes
            yield f"{name} = torch.linalg.qr(torch.randn({tall}).double())"
            yield f"{name} = {name}.Q * {name}.R.diag().sign()"
            if wide:
                yield f"{name} = {name}.T"
        case Value(value=value):
            yield f"{name} = torch.tensor({value}, dtype=torch.float64)" if differentiated else f"{name} = {value!r}"
        case Values(values=values):
            kind = "" if label else ", dtype=torch.float64"
            yield f"{name} = torch.tensor({values}{kind})"
