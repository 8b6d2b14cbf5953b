"""The Markdown that `hub.policy` writes, as HTML. Links keep only their words, since they lead to files of the
repository, and what looks like HTML is text."""

from __future__ import annotations

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")


def markdown(text: str) -> Markup:
    """Render a document."""
    return Markup(_PARSER.render(text))  # noqa: S704 (html is off: the parser escapes the text)


def inline_markdown(text: str) -> Markup:
    """Render one line: its code and strong words are marked."""
    return Markup(_PARSER.renderInline(text.strip()))  # noqa: S704 (as above)


def _mark_headers(state: StateCore) -> None:
    """Make the first cell of each row a header of its row, for screen readers, and the heads those of their columns."""
    for index, token in enumerate(state.tokens):
        if token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "tr_open" and state.tokens[index + 1].type == "td_open":
            opening, _, closing = state.tokens[index + 1 : index + 4]
            opening.tag = closing.tag = "th"
            opening.attrSet("scope", "row")


def _literally(html: str) -> Any:
    return lambda *_: html


_PARSER.core.ruler.push("mark_headers", _mark_headers)
for _token, _html in {
    "link_open": "",
    "link_close": "",
    "table_open": '<div class="wide"><table>\n',
    "table_close": "</table></div>\n",
}.items():
    _PARSER.add_render_rule(_token, _literally(_html))
