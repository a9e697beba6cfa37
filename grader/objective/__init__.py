"""The language of objectives: text → forms → graph of operations → adjoints, LaTeX, mistakes.

    "||max(XW, 0) - Y||_F^2"  ─ lexing, syntax ─▶ forms ─ elaborate (names, products, shapes) ─▶ Graph of Nodes
    Graph ─ operations.TABLE ─▶ values, kinks           Graph ─ adjoint ─▶ gradients as expressions ─ rounding ─▶ bounds

`grammar.lark` is the notation, `operations.py` the table of operations; everything else follows from these two.
"""

from grader.objective.adjoint import gradients
from grader.objective.elaborate import elaborate
from grader.objective.graph import Declared, Graph, Node, labels_of
from grader.objective.sizes import Shape, Size, Unifier

__all__ = ["Declared", "Graph", "Node", "Shape", "Size", "Unifier", "elaborate", "gradients", "labels_of"]
