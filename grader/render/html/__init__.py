"""Reports → pages that open from disk: one for the class, one for each learner.

    rows, summary ─ class_page ─▶ index.html          report ─ learner_page ─▶ <learner>.html
A page is one file without network, made of templates that escape everything; the same reports make the same bytes.
"""

from grader.render.html.class_page import class_page
from grader.render.html.learner_page import learner_page

__all__ = ["class_page", "learner_page"]
