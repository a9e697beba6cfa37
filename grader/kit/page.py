"""Blocks of a sheet as a page that opens from disk: one file without network, its formulas in MathML."""

from collections.abc import Iterable

from latex2mathml.converter import convert
from markupsafe import Markup, escape

from grader.kit.markdown import CODE
from grader.kit.sheet import Block, Code, Formula, Heading, Items, Paragraph, Table, Translations

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; margin-bottom: 0; }
.titles { margin-top: 0; opacity: .7; }
math { font-size: 1.15rem; margin: .6rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { padding: .75rem 1rem; overflow-x: auto; border: 1px solid #8884; border-radius: .4rem; }
table { border-collapse: collapse; }
th, td { padding: .3rem .9rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #8884; }
"""
HEAD = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
"""


def page(blocks: Iterable[Block], *, title: str, language: str) -> str:
    """A whole page."""
    head = Markup(HEAD).format(language=language, title=title, style=Markup(STYLE))
    return "".join([head, body(blocks), "</body>\n</html>\n"])


def body(blocks: Iterable[Block]) -> Markup:
    """What stands in the page, without any style."""
    return Markup("").join(_block(block) + "\n" for block in blocks)


def formula(latex: str) -> Markup:
    """LaTeX as MathML, on a line of its own."""
    return Markup(convert(latex, display="block"))


def _block(block: Block) -> Markup:
    match block:
        case Heading(level, text):
            return Markup("<h{0}>{1}</h{0}>").format(level, text)
        case Translations(titles):
            spans = (Markup('<span lang="{}">{}</span>').format(code, text) for code, text in titles)
            return Markup('<p class="titles">{}</p>').format(Markup(" · ").join(spans))
        case Paragraph(text):
            return Markup("<p>{}</p>").format(_text(text))
        case Formula(latex):
            return formula(latex)
        case Table(head, rows):
            top = _row(head, "th")
            body = Markup("\n").join(_row(row, "td") for row in rows)
            return Markup("<table>\n<thead>{}</thead>\n<tbody>\n{}\n</tbody>\n</table>").format(top, body)
        case Items(texts):
            items = Markup("\n").join(Markup("<li>{}</li>").format(_text(text)) for text in texts)
            return Markup("<ul>\n{}\n</ul>").format(items)
        case Code(_, text):
            return Markup("<pre><code>{}</code></pre>").format(text)


def _row(cells: Iterable[str], tag: str) -> Markup:
    return Markup("<tr>{}</tr>").format(
        Markup("").join(Markup("<{0}>{1}</{0}>").format(tag, _text(cell)) for cell in cells)
    )


def _text(text: str) -> Markup:
    """With what is in backticks as code."""
    parts = CODE.split(text)
    marked = (Markup("<code>{}</code>").format(part[1:-1]) if CODE.fullmatch(part) else escape(part) for part in parts)
    return Markup("").join(marked)
