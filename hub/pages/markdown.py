"""The Markdown that `hub.policy` writes, as HTML: headings, paragraphs, lists, tables, code and links.

Nothing else is read, and whatever looks like HTML is text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import groupby

CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
STRONG = re.compile(r"\*\*([^*]+)\*\*")


def as_html(text: str) -> str:
    """The text as HTML; links keep their words only, since they lead to files of the repository."""
    return "".join(_block(kind, list(lines)) for kind, lines in groupby(text.splitlines(), _kind))


def _kind(line: str) -> str:
    if line.startswith("#"):
        return line  # each heading is a block of its own
    return {"|": "table", "-": "list"}.get(line[:1], "text" if line else "")


def _block(kind: str, lines: list[str]) -> str:
    if kind.startswith("#"):
        level = len(kind) - len(kind.lstrip("#"))
        return f"<h{level}>{inline(kind[level:].strip())}</h{level}>\n"
    if kind == "table":
        return _table(lines)
    if kind == "list":
        return "<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>\n"
    return f"<p>{inline(' '.join(lines))}</p>\n" if kind else ""


def inline(text: str) -> str:
    """One line of text, its code and strong words marked."""
    return STRONG.sub(r"<strong>\1</strong>", CODE.sub(r"<code>\1</code>", LINK.sub(r"\1", html.escape(text))))


def _table(lines: list[str]) -> str:
    heads, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines)
    top = "".join(f'<th scope="col">{inline(head)}</th>' for head in heads)
    body = "".join(_row(cells) for cells in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>\n'


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    return f'<tr><th scope="row">{inline(first)}</th>' + "".join(f"<td>{inline(c)}</td>" for c in others) + "</tr>"
