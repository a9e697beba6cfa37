"""Every sentence of a kit, in one table, with the facts that it mentions in braces; `…` in backticks is code."""

from collections.abc import Mapping

from grader.language import translated

TEXTS: Mapping[str, str] = {
    # ----- the sheet -----
    "objective": "Objective",
    "objective_alone": "Differentiate this function by hand:",
    "objective_in_steps": "Differentiate `{name}` by hand. It is computed in these steps:",
    "dims": "The sizes of the handout are {sizes}.",
    "name": "name",
    "shape": "shape",
    "meaning": "what it is",
    "step": "a step",
    "the_objective": "the objective",
    "hand_in": "What to hand in",
    "hand_in_files": (
        "One Python file or notebook with the functions below; `{id}.py` and `{id}.ipynb` are there to be filled in. "
        "Parameters are passed by position, in the order given here."
    ),
    "function": "function",
    "returns": "returns",
    "points": "points",
    "rule_any_size": "Write the functions for any size: they are tried on other sizes than the handout's, too.",
    "rule_torch": "Arrays arrive as torch tensors in float64.",
    "rule_numpy": "Arrays arrive as numpy arrays in float64; torch cannot be imported.",
    "rule_shape": "A gradient has the shape of what it is taken with respect to.",
    "rule_by_hand": "Inside the functions, differentiation by torch is not allowed (`backward`, `torch.autograd`).",
    "rule_in_place": "Do not change the arguments in place.",
    "rule_provided": "You may import what is given: {modules}.",
    "check": "Check yourself",
    "check_command": "As often as you like; the random cases are new each time:",
    "check_notebook": "In a notebook, after the cells with your functions:",
    "numbers": "The handout's numbers",
    "numbers_explained": (
        "These lines draw the inputs of the case `{case}`, in this order after this seed. The grader takes the same "
        "numbers, in float64."
    ),
    # ----- what inputs and results are -----
    "normal": "standard normal numbers",
    "uniform": "numbers between {low} and {high}",
    "integers": "whole numbers from {low} to {high}, as floats",
    "labels": "class numbers from 0 to {last}",
    "onehot": "rows with a single one",
    "simplex": "positive rows that sum to 1",
    "spd": "symmetric positive definite",
    "symmetric": "symmetric",
    "orthogonal": "orthogonal",
    "value": "the constant {value}",
    "values": "fixed numbers",
    "number_shape": "a single number",
    "vector_shape": "a vector of {size}",
    "array_shape": "{sizes}",
    "named_shape": "{shape} ({names})",
    "argument_input": "{shape}; {kind}",
    "argument_step": "the step `{name}`; {shape}",
    "argument_objective": "the value of the objective; {shape}",
    "argument_size": "a size, as an int; {value} in the handout",
    "argument_upstream": "the gradient of `{objective}` with respect to `{name}`, or any other array; {shape}",
    "argument_kept": "what `{function}` returned as `{name}`",
    "argument_literal": "always `{value}`",
    "result_gradient": "the gradient of `{objective}` with respect to `{name}`; {shape}",
    "result_product": "the gradient with respect to `{name}` that follows from {given}; {shape}",
    "result_value": "the value of `{name}`; {shape}",
    "result_kept": "whatever a later function needs",
    "item": "{name}: {meaning}.",
    "result": "{name}, {meaning}",
    # ----- the templates and the copy -----
    "docstring_first": "Returns {what}.",
    "check_by_command": "Check yourself:  {command}",
    "check_by_running": "Not run by the grader; checks the functions above.",
    "draw_here_only": "Not run by the grader, which has no torch here.",
    "drawn": "The inputs of the case {case}.",
    "copy": "The students' copy of {id}: the public cases, and none of the hidden ones.",
}


def say(key: str, **facts: object) -> str:
    """A sentence with its facts, in the language that is spoken."""
    return translated(TEXTS[key]).format_map(facts)
