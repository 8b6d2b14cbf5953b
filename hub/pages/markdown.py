"""Markdown as HTML: what `hub.policy` writes, and the documents of `docs/`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markupsafe import Markup

Resolve: TypeAlias = Callable[[str], str | None]
"""The address at which the hub serves what a link of a document names, if it does."""


def markdown(text: str) -> Markup:
    """Render a text of the policy. Links keep only their words, since they lead to files of the repository, and what
    looks like HTML is text."""
    return Markup(_POLICY.render(text))  # noqa: S704 (html is off: the parser escapes the text)


def inline_markdown(text: str) -> Markup:
    """Render one line: its code and strong words are marked."""
    return Markup(_POLICY.renderInline(text.strip()))  # noqa: S704 (as above)


def document(text: str, resolve: Resolve) -> Markup:
    """Render a document of the repository: its headings have the ids of GitHub, a link that `resolve` doesn't know and
    an image keep their words, and of its HTML the ids are kept alone."""
    return Markup(_DOCUMENT.render(text, {"resolve": resolve}))  # noqa: S704 (no rule writes HTML of the text)


def _mark_headers(state: StateCore) -> None:
    """Make the first cell of each row a header of its row, for screen readers, and the heads those of their columns."""
    for index, token in enumerate(state.tokens):
        if token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "tr_open" and state.tokens[index + 1].type == "td_open":
            opening, _, closing = state.tokens[index + 1 : index + 4]
            opening.tag = closing.tag = "th"
            opening.attrSet("scope", "row")


def _name_headings(state: StateCore) -> None:
    """Give each heading its id."""
    uses_by_name = Counter[str]()
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in state.tokens[index + 1].children or ())
            name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            token.attrSet("id", f"{name}-{uses_by_name[name]}" if uses_by_name[name] else name)
            uses_by_name[name] += 1


def _resolve_links(state: StateCore) -> None:
    """Lead each link where the hub serves what it names, or hide it around its words."""
    for block in state.tokens:
        opened = None
        for token in block.children or ():
            if token.type == "link_open":
                address = state.env["resolve"](str(token.attrGet("href")))
                token.hidden = address is None
                token.attrSet("href", address or "")
                opened = token
            elif token.type == "link_close" and opened is not None:
                token.hidden = opened.hidden


def _literally(html: str) -> Any:
    return lambda *_: html


def _alternative(_: Any, tokens: Any, index: int, *rest: Any) -> str:
    return escapeHtml(tokens[index].content)


def _anchors(_: Any, tokens: Any, index: int, *rest: Any) -> str:
    return "".join(f'<a id="{name}"></a>' for name in re.findall(r'<a id="([\w-]+)">', tokens[index].content))


def _parser(*, html: bool) -> MarkdownIt:
    """The parser of tables that scroll by themselves, with and without the keyboard."""
    parser = MarkdownIt("commonmark", {"html": html}).enable("table")
    parser.core.ruler.push("mark_headers", _mark_headers)
    opening = '<div class="wide" role="group" aria-label="Tableau" tabindex="0"><table>\n'
    parser.add_render_rule("table_open", _literally(opening))
    parser.add_render_rule("table_close", _literally("</table></div>\n"))
    return parser


_POLICY, _DOCUMENT = _parser(html=False), _parser(html=True)
for _token in ("link_open", "link_close"):
    _POLICY.add_render_rule(_token, _literally(""))
for _token in ("html_block", "html_inline"):
    _DOCUMENT.add_render_rule(_token, _anchors)
_DOCUMENT.add_render_rule("image", _alternative)
_DOCUMENT.core.ruler.push("name_headings", _name_headings)
_DOCUMENT.core.ruler.push("resolve_links", _resolve_links)
