"""The assignment file as types: every key a teacher can write, its default and its meaning.

    SheetFile    id, title, defaults, problems: [...]   ─┐
    ProblemFile  id, title, objective, seed, shapes ...  ├─▶ Assignment ▷ Problem ▷ Case
                                                        ─┘
A file is one problem or a sheet of several; `Assignment` is what both become, with the defaults filled in. What the
objective and the shapes mean together is worked out later, in `grader.problem`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter
from typing_extensions import TypeAliasType

Framework: TypeAlias = Literal["torch", "numpy"]
Visibility: TypeAlias = Literal["public", "hidden"]
MistakeCode: TypeAlias = Literal[
    "factor",
    "sign",
    "transpose",
    "wrong_order",
    "inverse",
    "missing_mask",
    "wrong_mask",
    "activation_derivative",
    "elementwise_vs_matmul",
    "mean_vs_sum",
    "missing_sum",
    "collapsed_sum",
    "missing_term",
    "regularization",
    "norm_not_squared",
    "softmax_diagonal",
    "swapped_gradients",
    "layout",
    "keepdims",
    "constant_answer",
    "unfinished",
    "finite_differences",
    "follow_through",
    "index_slip",
    "inner_derivative",
    "ignored_upstream",
    "flattened",
    "wrong_axis",
]

Name: TypeAlias = Annotated[str, Field(pattern=r"^[^\W\d]\w*$", max_length=64)]
Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]
Size: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)] | Name
Shape: TypeAlias = Annotated[tuple[Size, ...], Field(max_length=8)]
Seed: TypeAlias = Annotated[int, Field(ge=0, lt=2**63)]
Title: TypeAlias = (
    Annotated[str, Field(min_length=1, max_length=200)]
    | Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$")],
            Annotated[str, Field(min_length=1, max_length=200)],
        ],
        Field(min_length=1),
    ]
)
"""A text, or one for each language code."""
Nested = TypeAliasType("Nested", "int | float | tuple[Nested, ...]")


class Model(BaseModel):
    """Strict and frozen; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# ----- how an input is made -----


class Normal(Model):
    """Standard normal, by `torch.randn`."""

    draw: Literal["normal"] = "normal"


class Uniform(Model):
    """Uniform on [low, high)."""

    draw: Literal["uniform"]
    low: float = 0.0
    high: float = 1.0


class Integers(Model):
    """Whole numbers from low to high, both included, as floats: kinks happen."""

    draw: Literal["integers"]
    low: int = -2
    high: int = 2


class Labels(Model):
    """Class numbers 0 … classes − 1, of integer type, never differentiated."""

    draw: Literal["labels"]
    classes: Size


class Onehot(Model):
    """Rows with a single one."""

    draw: Literal["onehot"]


class Simplex(Model):
    """Positive rows that sum to 1."""

    draw: Literal["simplex"]


class Spd(Model):
    """Symmetric positive definite."""

    draw: Literal["spd"]


class Symmetric(Model):
    """Symmetric."""

    draw: Literal["symmetric"]


class Orthogonal(Model):
    """Orthogonal; orthonormal columns or rows where it is not square."""

    draw: Literal["orthogonal"]


class Value(Model):
    """A constant, passed as the Python number it is written as."""

    value: int | float


class Values(Model):
    """An array with these values."""

    values: Nested


def _kind(spec: Any) -> str:
    """Which input specification a mapping is: by `value`, by `values`, else by its `draw`."""
    if isinstance(spec, BaseModel):
        return type(spec).__name__.lower()
    if not isinstance(spec, Mapping):
        return "normal"
    for key in ("value", "values"):
        if key in spec:
            return key
    return str(spec.get("draw", "normal"))


InputSpec: TypeAlias = Annotated[
    Annotated[Normal, Tag("normal")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Integers, Tag("integers")]
    | Annotated[Labels, Tag("labels")]
    | Annotated[Onehot, Tag("onehot")]
    | Annotated[Simplex, Tag("simplex")]
    | Annotated[Spd, Tag("spd")]
    | Annotated[Symmetric, Tag("symmetric")]
    | Annotated[Orthogonal, Tag("orthogonal")]
    | Annotated[Value, Tag("value")]
    | Annotated[Values, Tag("values")],
    Discriminator(_kind),
]


# ----- the parts of a problem -----


class Tolerance(Model):
    """Right is |actual − expected| ≤ rtol·|expected| + atol·(largest |expected|), in every element."""

    rtol: float = Field(default=1e-5, ge=0, lt=1)
    atol: float = Field(default=1e-8, ge=0, lt=1)


class Policy(Model):
    """Whether a graded call may let the framework differentiate."""

    autograd: Literal["forbid", "allow"] = "forbid"


class Limits(Model):
    """Bounds of each call, of the import, and (submission_seconds) of all together."""

    cpu_seconds: float = Field(default=10, gt=0, le=3600)
    wall_seconds: float = Field(default=30, gt=0, le=3600)
    memory_mb: int = Field(default=1024, ge=16, le=1_048_576)
    submission_seconds: float = Field(default=120, gt=0, le=86_400)


class CaseLimits(Model):
    """What a case changes of its problem's limits."""

    cpu_seconds: float | None = Field(default=None, gt=0, le=3600)
    wall_seconds: float | None = Field(default=None, gt=0, le=3600)
    memory_mb: int | None = Field(default=None, ge=16, le=1_048_576)


class Case(Model):
    """Inputs to try the functions on; `draws` makes that many cases of it."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=64)]
    visibility: Visibility = "hidden"
    seed: Seed | None = None
    dims: dict[Name, Annotated[int, Field(ge=1, le=1_000_000)]] = {}
    inputs: dict[Name, InputSpec] = {}
    limits: CaseLimits = CaseLimits()
    draws: int = Field(default=1, ge=1, le=100)


class Shared(Model):
    """What a sheet may say once for all its problems."""

    framework: Framework = "torch"
    tolerance: Tolerance = Tolerance()
    policy: Policy = Policy()
    limits: Limits = Limits()
    credit: dict[MistakeCode, Annotated[float, Field(ge=0, le=1)]] = {}


class Problem(Shared):
    """One objective, its inputs, its functions and its cases."""

    id: Id
    title: Title | None = None
    objective: Annotated[str, Field(min_length=1, max_length=10_000)]
    seed: Seed
    shapes: dict[Name, Shape] = {}
    dims: dict[Name, Annotated[int, Field(ge=1, le=1_000_000)]] = {}
    inputs: dict[Name, InputSpec] = {}
    wrt: tuple[Name, ...] | None = None
    provide: tuple[str, ...] = ()
    functions: tuple[Annotated[str, Field(max_length=1000)], ...] | None = None
    cases: Annotated[tuple[Case, ...], Field(min_length=1)] | None = None
    points: dict[str, Annotated[float, Field(ge=0, le=1e6)]] = {}

    @property
    def input_names(self) -> tuple[str, ...]:
        """Inputs in file order: the order of `shapes`, then names that stand only under `inputs`."""
        return tuple(dict.fromkeys((*self.shapes, *self.inputs)))


# ----- the two kinds of file, and what they become -----


class ProblemFile(Problem):
    """A file with a single problem; its id may be left to the file's name."""

    id: Id = ""


class SheetFile(Shared):
    """A file with several problems; its id may be left to the file's name."""

    id: Id = ""
    title: Title | None = None
    problems: Annotated[tuple[Problem, ...], Field(min_length=1, max_length=100)]


class Assignment(Model):
    """What is graded: problems with every default filled in, and the hash of the file they came from."""

    id: Id
    title: dict[str, str]
    """By language code; a plain string stands under "en"."""
    sha256: str
    problems: tuple[Problem, ...]
    sheet: bool = False
    """Whether the file has `problems`: then default function names carry the problem's id."""
    provided: dict[str, bytes] = {}
    """The teacher's modules that `provide` names, file name to source."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an assignment file."""
    schema = TypeAdapter(ProblemFile | SheetFile).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Assignment file of gradient-grader",
    }
