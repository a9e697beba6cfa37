"""Reference values: the objective evaluated in float64 and differentiated by torch.autograd.

The trusted side's only import of torch. Given upstream gradients d_s of steps s, the expected gradients are those of

    Σ_s ⟨d_s, s⟩        with every other use of s held fixed: the vector-Jacobian product from the steps given
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from grader.expected import Expected
from grader.inputs import Array, Input
from grader.objective import Graph, Node, gradients, labels_of
from grader.objective.adjoint import Sweep
from grader.objective.graph import in_order
from grader.objective.mistakes import Mistaken, mistaken
from grader.objective.operations import TABLE
from grader.objective.rounding import FLOAT32, MIXED, SAFETY, Arithmetic
from grader.subgradients import Choices

MOST_CHOICES = 2_000_000
"""Numbers that the directions of one gradient may take; with more, kinks are only chosen all alike."""
EXACT_ZERO = 2.0**-20
"""A reference this much smaller than the rounding bound of float32 is zero up to the rounding of float64."""


class TorchRandomness:
    """`inputs.Randomness` with the numbers that `torch.manual_seed(seed)` leads to in a notebook."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, shape: tuple[int, ...]) -> Array:
        return torch.randn(shape, generator=self.generator).double().numpy()  # type: ignore[no-any-return]

    def uniform(self, shape: tuple[int, ...]) -> Array:
        return torch.rand(shape, generator=self.generator).double().numpy()  # type: ignore[no-any-return]

    def integers(self, shape: tuple[int, ...], low: int, high: int) -> Array:
        return torch.randint(low, high + 1, shape, generator=self.generator).numpy()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Degenerate:
    """Why a draw makes a poor question. `undefined` says that there is no number at all, for whatever seed perhaps."""

    why: str
    undefined: bool = False


class Evaluation:
    """One objective on the inputs of one case."""

    def __init__(self, graph: Graph, inputs: Mapping[str, Input]) -> None:
        self.graph = graph
        labels = labels_of(graph)
        self.inputs = {name: _tensor(value, labels=name in labels) for name, value in inputs.items()}
        self.roots = [*graph.inputs.values(), *graph.steps.values(), graph.objective]
        self.values: dict[Node, torch.Tensor] = {}
        with torch.no_grad():
            self._fill(self.values, self.roots)
        self.errors = {
            arithmetic: self._errors(arithmetic, self.values, {}, self.roots) for arithmetic in (FLOAT32, MIXED)
        }

    def node(self, name: str) -> Node:
        node = self.graph.node(name)
        assert node is not None, name
        return node

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an input's or a step's value."""
        return tuple(self.values[self.node(name)].shape)

    def array(self, name: str) -> Array:
        """The value of an input or step."""
        return self.values[self.node(name)].numpy().copy()  # type: ignore[no-any-return]

    # ----- answers -----

    def value(self, name: str) -> Expected:
        """The value of a step, or of the objective, as the right answer."""
        node = self.node(name)
        return _expected(self.values[node], *(self.errors[arithmetic][node] for arithmetic in (FLOAT32, MIXED)))

    def gradients(self, upstream: Mapping[str, Array] | None, wrt: Sequence[str]) -> dict[str, Expected]:
        """The gradients with respect to inputs or steps, from upstream gradients or (None) of the objective."""
        given = self._given(upstream)
        exact = self._autograd(given, wrt)
        # The same gradients as expressions, to see how far rounding can carry them.
        seeds, values = self._seeds(given)
        expressions = gradients(seeds, {name: self.node(name) for name in wrt})
        with torch.no_grad():
            self._fill(values, list(expressions.values()))
        float32, mixed = (
            self._errors(arithmetic, values, self.errors[arithmetic], list(expressions.values()))
            for arithmetic in (FLOAT32, MIXED)
        )
        choices = self._choices(expressions, values)
        return {
            name: _expected(exact[name], float32[expression], mixed[expression], choices.get(name))
            for name, expression in expressions.items()
        }

    def _given(self, upstream: Mapping[str, Array] | None) -> Mapping[str, Array]:
        return {self.graph.name: np.ones(self.shape(self.graph.name))} if upstream is None else upstream

    def _seeds(self, given: Mapping[str, Array]) -> tuple[dict[Node, Node], dict[Node, torch.Tensor]]:
        """Upstream gradients as inputs of the derivation, and the values of all that is known."""
        seeds = {self.node(step): Node("input", (), {"name": f"d {step}"}, self.node(step).shape) for step in given}
        inputs = {seeds[self.node(step)]: torch.tensor(array) for step, array in given.items()}
        return seeds, {**self.values, **inputs}

    # ----- wrong answers -----

    @property
    def largest(self) -> int:
        """The number of elements of its largest array."""
        return max(int(value.numel()) for value in self.values.values())

    def gradient(self, upstream: Mapping[str, Array] | None, wrt: str) -> Array:
        """One gradient, and nothing about how far rounding can carry it."""
        found: Array = self._autograd(self._given(upstream), [wrt])[wrt].numpy()
        return found

    def mistakes(
        self, upstream: Mapping[str, Array] | None, wrt: Sequence[str], *, pairs: bool = False
    ) -> Iterator[tuple[str, Mistaken, Array | None]]:
        """What every slip of the derivation (or, with `pairs`, every two) makes of the gradients, by their names.

        The array may have another shape than the variable; it is None where the expression cannot be computed.
        """
        sweep, values = self._sweep(upstream)
        known = _Interned(values)
        for name, found in mistaken(sweep, {name: self.node(name) for name in wrt}, pairs=pairs):
            yield name, found, None if found.expression is None else self._number(found.expression, known)

    def terms(self, upstream: Mapping[str, Array] | None, wrt: str) -> Iterator[tuple[Node, Array]]:
        """The terms of a sum that the objective is, each with its own part of the gradient; none if it is no sum."""
        sweep, values = self._sweep(upstream)
        known = _Interned(values)
        parts = list(_terms(sweep.seeds))
        for part in parts if len(parts) > 1 else ():
            expression = gradients({part: sweep.bar[part]}, {wrt: self.node(wrt)})[wrt]
            array = self._number(expression, known)
            if array is not None:
                yield part, np.broadcast_to(array, self.shape(wrt))

    def _sweep(self, upstream: Mapping[str, Array] | None) -> tuple[Sweep, dict[Node, torch.Tensor]]:
        seeds, values = self._seeds(self._given(upstream))
        return Sweep(seeds), values

    def following(
        self,
        upstream: Mapping[str, Array] | None,
        wrt: str,
        kind: Literal["gradient", "value"],
        own_values: Mapping[str, Array],
        own_gradients: Mapping[str, Array],
    ) -> Array | None:
        """What would be right if these steps, and these gradients, were what they are said to be; None if undefined."""
        values = {node: value for node, value in self.values.items() if not node.arguments}
        values |= {self.node(name): torch.tensor(array) for name, array in own_values.items()}
        try:
            with torch.no_grad():
                self._fill(values, self.roots)
                if kind == "value":
                    return np.asarray(values[self.node(wrt)].double().numpy())
                given, known = self._seeds({**self._given(upstream), **own_gradients})
                values |= {node: known[node] for node in given.values()}
                expression = gradients(given, {wrt: self.node(wrt)})[wrt]
                self._fill(values, [expression])
        except (RuntimeError, IndexError):
            return None
        found: Array = values[expression].double().expand(self.shape(wrt)).numpy()
        return found

    def _number(self, expression: Node, known: "_Interned") -> Array | None:
        """The value of an expression; None where it cannot be computed."""
        with torch.no_grad():
            for node in in_order(expression):
                if known.has(node):
                    continue
                arguments = [known.value(argument) for argument in node.arguments]
                value: torch.Tensor | None = None
                if not any(argument is None for argument in arguments):
                    try:
                        if node.arguments:
                            value = TABLE[node.operation].value(torch, node.options, *arguments)
                        else:
                            value = self._value(node, self.values)
                    except (RuntimeError, IndexError):
                        value = None
                known.put(node, value)
        found = known.value(expression)
        return None if found is None else found.double().numpy()

    # ----- kinks -----

    def _choices(self, expressions: Mapping[str, Node], values: Mapping[Node, torch.Tensor]) -> dict[str, Choices]:
        """For each gradient what other choices at the kinks lead to; empty where the case is at none."""
        found = ((node, self._jumps(node, values)) for node in in_order(*expressions.values()))
        jumps = [_Jump(node, where) for node, where in found if where is not None]
        keys = {jump.key: jump for jump in jumps}
        if not keys:
            return {}

        def at(fractions: Mapping[object, torch.Tensor]) -> dict[str, Array]:
            """The gradients with every kink so far between its lower and its upper end."""
            chosen = {node: value for node, value in values.items() if node in self.values or not node.arguments}
            for jump in jumps:
                low, high = TABLE[jump.node.operation].jump or (0.0, 0.0)
                between = low + (high - low) * fractions[jump.key]
                chosen[jump.node] = torch.where(jump.where, between, values[jump.node])
            self._fill(chosen, list(expressions.values()))
            shapes = {name: self.values[self.node(name)].shape for name in expressions}
            return {name: chosen[node].expand(shapes[name]).numpy().copy() for name, node in expressions.items()}

        def everywhere(fraction: float) -> dict[object, torch.Tensor]:
            """All alike; in a ball that is only its middle."""
            alike = {key: 0.5 if TABLE[jump.node.operation].ball else fraction for key, jump in keys.items()}
            return {key: torch.full(jump.where.shape, alike[key], dtype=torch.float64) for key, jump in keys.items()}

        with torch.no_grad():
            lower, upper, middle = (at(everywhere(fraction)) for fraction in (0.0, 1.0, 0.5))
            single: list[dict[str, Array]] = []
            places = [(key, index) for key, jump in keys.items() for index in jump.where.nonzero().tolist()]
            if len(places) * max(array.size for array in middle.values()) <= MOST_CHOICES:
                for key, index in places:
                    fractions = everywhere(0.5)
                    fractions[key][tuple(index)] = 1.0
                    single.append(at(fractions))
        keys_of = [key for key, _ in places] if single else []
        balls = tuple(
            tuple(place for place, of in enumerate(keys_of) if of == key)
            for key, jump in keys.items()
            if TABLE[jump.node.operation].ball and keys_of
        )
        return {
            name: Choices(
                (lower[name], upper[name], middle[name]),
                middle[name],
                # Every kink alone enters linearly: from the middle to an end is half of the way.
                np.array([2 * (one[name] - middle[name]) for one in single]).reshape(-1, *middle[name].shape),
                balls,
            )
            for name in expressions
        }

    def _jumps(self, node: Node, values: Mapping[Node, torch.Tensor]) -> torch.Tensor | None:
        """Where a word of an adjoint jumps, up to rounding; None where it does not."""
        row = TABLE.get(node.operation)
        if row is None or row.jump is None or row.kink is None:
            return None
        distance = row.kink.distance(torch, node.options, *(values[argument] for argument in node.arguments))
        rounding = self._rounding(node)
        where: torch.Tensor = distance <= (torch.full_like(rounding, float(rounding.sum())) if row.ball else rounding)
        return where if bool(where.any()) else None

    def _rounding(self, node: Node) -> torch.Tensor:
        """How far rounding may carry the arguments of a node, taken together."""
        errors = self.errors[MIXED]
        total = sum((errors[argument] for argument in node.arguments if argument in errors), torch.zeros(()))
        return SAFETY * total + math.ulp(1.0)

    def _autograd(self, given: Mapping[str, Array], wrt: Sequence[str]) -> dict[str, torch.Tensor]:
        seeds = {self.node(step): torch.tensor(array) for step, array in given.items()}
        used: dict[Node, torch.Tensor] = {}
        made: dict[Node, torch.Tensor] = {}
        with torch.enable_grad():
            for node in in_order(*self.roots):
                made[node] = self._value(node, used)
                if node.operation == "input" and made[node].is_floating_point():
                    made[node].requires_grad_()
                used[node] = made[node].detach().requires_grad_() if node in seeds else made[node]
            total = sum((made[node] * seed).sum() for node, seed in seeds.items())
            targets = [used[self.node(name)] for name in wrt]
            found = torch.autograd.grad(total, targets, allow_unused=True)
        return {
            name: torch.zeros_like(target) if gradient is None else gradient
            for name, target, gradient in zip(wrt, targets, found, strict=True)
        }

    # ----- degeneracy -----

    def degenerate(self, answers: Mapping[str, Expected], *, kinks_happen: bool, margin: float) -> Degenerate | None:
        """The first reason why these inputs ask a poor question, if there is one.

        Args:
            kinks_happen: the case draws whole numbers, so that being at a kink is meant.
            margin: how many rounding bounds an argument must be away from a kink.
        """
        if not bool(self.values[self.graph.objective].isfinite().all()):
            return Degenerate("the objective is not finite", undefined=True)
        for name, answer in answers.items():
            if not np.isfinite(answer.value).all():
                return Degenerate(f"the {name} is not finite", undefined=True)
            if not (np.abs(answer.value) > EXACT_ZERO * np.nan_to_num(answer.float32, posinf=0.0)).any():
                return Degenerate(f"the {name} is zero everywhere")
        for node, arguments in self._kinks():
            kink = TABLE[node.operation].kink
            assert kink is not None
            text = " ".join(self.graph.text[node.start : node.end].split())
            side = None if kink.side is None else kink.side(torch, node.options, *arguments)
            if side is not None and side.numel() > 1 and (bool(side.all()) or not bool(side.any())):
                return Degenerate(f"the mask of `{text}` is {'all on' if bool(side.all()) else 'all off'}")
            if kinks_happen:
                continue
            distance = kink.distance(torch, node.options, *arguments)
            bound = sum(
                self.errors[MIXED][argument].sum() if not distance.dim() else self.errors[MIXED][argument]
                for argument in node.arguments
            )
            if bool((distance <= margin * (SAFETY * bound + math.ulp(1.0))).any()):
                return Degenerate(f"`{text}` is within rounding of a kink")
        return None

    def _kinks(self) -> Iterator[tuple[Node, list[torch.Tensor]]]:
        for node in in_order(self.graph.objective):
            if node.operation in TABLE and TABLE[node.operation].kink is not None:
                yield node, [self.values[argument] for argument in node.arguments]

    # ----- evaluation -----

    def _value(self, node: Node, values: Mapping[Node, torch.Tensor]) -> torch.Tensor:
        if node.operation == "input":
            return self.inputs[str(node.options["name"])].detach()
        if node.operation in ("number", "size"):
            return torch.tensor(node.options["value"], dtype=torch.float64)
        row = TABLE[node.operation]
        return row.value(torch, node.options, *(values[argument] for argument in node.arguments))

    def _fill(self, values: dict[Node, torch.Tensor], roots: Sequence[Node]) -> None:
        for node in in_order(*roots):
            if node not in values:
                values[node] = self._value(node, values)

    def _errors(
        self,
        arithmetic: Arithmetic,
        values: Mapping[Node, torch.Tensor],
        known: Mapping[Node, torch.Tensor],
        roots: Sequence[Node],
    ) -> dict[Node, torch.Tensor]:
        """A rounding bound for every node that the roots need."""
        errors = dict(known)
        with torch.no_grad():
            for node in in_order(*roots):
                if node in errors:
                    continue
                value = values[node]
                if node.operation in ("input", "number", "size"):
                    errors[node] = (value - value.float().double()).abs() if value.is_floating_point() else value * 0
                    continue
                row = TABLE[node.operation]
                arguments = [values[argument] for argument in node.arguments]
                inherited = [errors[argument] for argument in node.arguments]
                errors[node] = row.rounding(torch, arithmetic, row.value, node.options, value, arguments, inherited)
        return errors


class _Interned:
    """Values by what an expression says, so that what many expressions share is computed once."""

    def __init__(self, values: Mapping[Node, torch.Tensor]) -> None:
        self._numbers: dict[object, int] = {}
        self._of_node: dict[Node, int] = {}
        self._values: list[torch.Tensor | None] = []
        for node, value in values.items():
            self._of_node[node] = len(self._values)
            self._values.append(value)

    def has(self, node: Node) -> bool:
        if node in self._of_node:
            return True
        options = tuple(sorted((name, repr(option)) for name, option in node.options.items()))
        key = (node.operation, options, *(self._of_node[argument] for argument in node.arguments))
        if key in self._numbers:
            self._of_node[node] = self._numbers[key]
            return True
        self._numbers[key] = self._of_node[node] = len(self._values)
        return False

    def put(self, node: Node, value: torch.Tensor | None) -> None:
        assert self._of_node[node] == len(self._values)
        self._values.append(value)

    def value(self, node: Node) -> torch.Tensor | None:
        return self._values[self._of_node[node]]


def _terms(roots: Iterable[Node]) -> Iterator[Node]:
    """The terms of sums and differences, with any number before them."""
    for root in roots:
        match root.operation, root.arguments:
            case "add" | "sub", arguments:
                yield from _terms(arguments)
            case "neg", (inner,):
                yield from _terms([inner])
            case "mul", (Node("number"), inner) if inner.operation in ("add", "sub"):
                yield from _terms([inner])
            case operation, _ if operation not in ("number", "size"):
                yield root


def _tensor(value: Input, *, labels: bool) -> torch.Tensor:
    """What picks entries stays whole numbers; everything else is float64."""
    return torch.tensor(value, dtype=torch.int64 if labels else torch.float64)


@dataclass(frozen=True, eq=False)
class _Jump:
    """A word of an adjoint that jumps on this case, and where."""

    node: Node
    where: torch.Tensor

    @property
    def key(self) -> object:
        """The same for every use of the same jump: a choice is made once."""
        arguments = (a.options["value"] if a.operation == "number" else id(a) for a in self.node.arguments)
        return (self.node.operation, *arguments)


def _expected(
    value: torch.Tensor, float32: torch.Tensor, mixed: torch.Tensor, choices: Choices | None = None
) -> Expected:
    bounds = [(SAFETY * bound.expand(value.shape)).float().numpy().copy() for bound in (float32, mixed)]
    return Expected(value.detach().double().numpy().copy(), bounds[0], bounds[1], choices)
