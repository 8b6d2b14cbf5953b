"""The Markdown of the policy's documents, as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hub.pages.markdown import document, inline_markdown, markdown
from hub.policy.report.impact import impact
from hub.policy.report.law_gaps import law_gaps_page
from hub.policy.report.register import register
from hub.policy.report.rights_matrix import matrix
from tests.pinned_graph import graph


class Tables(HTMLParser):
    """Cells per row of each table, and the tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[int]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)
        if tag == "table":
            self.rows.append([])
        elif tag == "tr":
            self.rows[-1].append(0)
        elif tag in ("td", "th"):
            self.rows[-1][-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_each_form_becomes_its_element() -> None:
    text = "# A\nun\ndeux\n\n- x `c`\n- **y**\n\n| a | b |\n|--|--|\n| 1 | [d](e.md) |\n## B\n"
    assert re.sub(r">\n", ">", markdown(text)) == (
        "<h1>A</h1><p>un\ndeux</p><ul><li>x <code>c</code></li><li><strong>y</strong></li></ul>"
        '<div class="wide" role="group" aria-label="Tableau" tabindex="0">'
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        '<tbody><tr><th scope="row">1</th><td>d</td></tr></tbody></table></div><h2>B</h2>'
    )


def test_a_line_without_its_paragraph_keeps_its_marks_and_its_links_their_words() -> None:
    assert inline_markdown("  **a** [`b`](c.md) <i>") == "<strong>a</strong> <code>b</code> &lt;i&gt;"


def test_what_looks_like_html_is_text() -> None:
    assert markdown("<b>a</b> & `<i>`\n") == "<p>&lt;b&gt;a&lt;/b&gt; &amp; <code>&lt;i&gt;</code></p>\n"


def test_a_document_leads_only_where_the_hub_serves_and_drops_its_html() -> None:
    text = '# Où, `x` ?\n## A\n## A\n[ici](clients.md#a), [là](../hub/app.py) <b>c</b><a id="e"></a> ![d&](e.png)\n'
    served = {"clients.md#a": "/docs/clients#a"}
    assert document(text, served.get) == (
        '<h1 id="où-x-">Où, <code>x</code> ?</h1>\n<h2 id="a">A</h2>\n<h2 id="a-1">A</h2>\n'
        '<p><a href="/docs/clients#a">ici</a>, là c<a id="e"></a> d&amp;</p>\n'
    )


def test_the_documents_in_force_are_whole_tables() -> None:
    table = graph().table
    for text in (register(table), matrix(table), impact(table), law_gaps_page(table.policy)):
        read = Tables()
        read.feed(markdown(text))
        assert read.open == []
        assert read.rows
        assert all(len(set(widths)) == 1 for widths in read.rows)
        assert sum(map(len, read.rows)) == sum(line.startswith("| ") for line in text.splitlines())
