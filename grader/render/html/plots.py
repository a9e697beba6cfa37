"""Plots as SVG to put into a page: the colours are the page's own, so they follow it into the dark and onto paper.

matplotlib, because of what draws SVG without a browser and without network it is the one that is sure to be kept, and
its output is plain shapes and real text that can be styled from outside. plotly and bokeh would bring megabytes of
JavaScript into every page, altair another language's runtime; pygal is light, but puts scripts and ids of its own into
the page. It is an extra (`html`) all the same: without it there are no plots, and the tables beside them say it all.
"""

import io
import re
from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width
from warnings import catch_warnings, filterwarnings

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK: Final = {
    "ink": "#0a0b01",
    "muted": "#0a0b02",
    "line": "#0a0b03",
    "accent": "#0a0b04",
    "ok": "#0a0b05",
    "bad": "#0a0b06",
}
"""Colours that stand for those of the style sheet until the SVG is made."""

NO_BREAK_SPACE = "\u00a0"
WIDTH = 4.6
"""Inches; only the proportion shows, since a plot is as wide as its place."""


def histogram(key: str, title: str, says: str, edges: Sequence[str], counts: Sequence[int]) -> Markup | None:
    """Columns between edges, the count on top of each; None without the library."""

    def draw(axes: "Axes") -> None:
        axes.bar([at + 0.5 for at in range(len(counts))], counts, width=0.88, color=_INK["accent"])
        axes.set_xlim(0, len(counts))
        axes.set_ylim(0, max(*counts, 1) * 1.15)
        step = 1 if max(map(len, edges)) <= 4 else 2
        axes.set_xticks(range(0, len(edges), step), edges[::step])
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(True)
        for at, count in enumerate(counts):
            if count:
                place = (at + 0.5, count)
                axes.annotate(str(count), place, (0, 3), textcoords="offset points", ha="center", color=_INK["ink"])

    return _svg(draw, 2.7, key, title, says)


def bars(
    key: str,
    title: str,
    says: str,
    items: Sequence[tuple[str, float, str]],
    colour: str,
    *,
    full: float | None = None,
) -> Markup | None:
    """Bars from the left with a name before and a word after each; where there is a `full`, what is left is shown."""

    def draw(axes: "Axes") -> None:
        places = range(len(items))
        if full is not None:
            axes.barh(places, [full] * len(items), height=0.62, color=_INK["line"], alpha=0.45)
        axes.barh(places, [value for _, value, _ in items], height=0.62, color=_INK[colour])
        axes.set_xlim(0, 1.16 * (full or max(value for _, value, _ in items)))
        axes.set_ylim(len(items) - 0.5, -0.5)
        axes.set_xticks([])
        # Names are text, also where matplotlib would read a formula between dollars.
        axes.set_yticks(places, [_short(name).replace("$", r"\$") for name, _, _ in items])
        for at, (_, value, word) in enumerate(items):
            place = (full or value, at)
            axes.annotate(word, place, (4, 0), textcoords="offset points", va="center_baseline", color=_INK["ink"])

    return _svg(draw, 0.3 + 0.28 * len(items), key, title, says)


def _short(name: str) -> str:
    short = name if len(name) <= 24 else f"{name[:23]}…"
    # Where text is laid out there may be no font that has Chinese, and its letters are wider than those that stand in.
    wide = sum(east_asian_width(letter) in "WF" for letter in short)
    return NO_BREAK_SPACE * ceil(1.3 * wide) + short


def _svg(draw: Callable[["Axes"], None], height: float, key: str, title: str, says: str) -> Markup | None:
    """The drawing as an element for a page: named, and without an id that another plot has too."""
    try:
        from matplotlib import rc_context, rcdefaults, rcParams
        from matplotlib.figure import Figure
    except ImportError:
        return None
    made = io.StringIO()
    with rc_context(), catch_warnings():
        filterwarnings("ignore", message="Glyph")  # the reader's browser has the letters
        rcdefaults()  # whatever style the user has, the page is the same
        rcParams.update({"svg.fonttype": "none", "svg.hashsalt": key, "font.size": 10.5})
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        axes.spines[:].set_visible(False)
        axes.spines[:].set_color(_INK["line"])
        axes.tick_params(length=0, labelcolor=_INK["muted"])
        draw(axes)
        figure.savefig(made, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    size, shapes = _plain(made.getvalue(), key)
    head = Markup(
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{size}" role="img" aria-labelledby="{key}-name '
        '{key}-says"><title id="{key}-name">{title}</title><desc id="{key}-says">{says}</desc>'
    ).format(size=size, key=key, title=title, says=says)
    return head + Markup(shapes)  # matplotlib escapes the names it was given


def _plain(drawn: str, key: str) -> tuple[str, str]:
    """The view box, and what is in the drawing but for its head: our colours, the page's font, ids that begin so."""
    head, _, shapes = drawn[drawn.index("<svg") :].partition(">")
    size = re.search(r'viewBox="([^"]*)"', head)
    shapes = re.sub(r"<(metadata|style)\b.*?</\1>|<!--.*?-->", "", shapes, flags=re.DOTALL)
    shapes = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{key}-", shapes)
    shapes = re.sub(r"\bfont: ([\d.]+px)[^;\"]*", r"font-size: \1", shapes)
    shapes = re.sub(r"\n\s*", "\n", shapes)
    for name, colour in _INK.items():
        shapes = shapes.replace(colour, f"var(--{name})")
    return size[1] if size else "0 0 1 1", shapes
