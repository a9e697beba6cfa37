"""The students' package of an assignment: what they need to work and to check themselves, and nothing hidden.

    assignment.yaml ─ public ─▶ <id>.yaml, loaded again ─ contents ─▶ Contents ─┬─ sheet ─▶ <id>.md, <id>.html
                                 the teacher's modules                          └─ templates ─▶ <id>.py, <id>.ipynb

Everything but the copy of the assignment is made from that copy: what is not in there cannot get out.
"""

from grader.kit.package import Kit, make, write

__all__ = ["Kit", "make", "write"]
