"""Our lexer reads the tokens that graphql-core's own reads, at the same places, or meets the same error."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind

from hub.document.lexer import QuickLexer

PARTS = (
    *'{}()[]!$&|:=@,. \t\n\r\ufeff#""\'-_é🙂0aZ?\\\x07\ud800\udc00\u2028',
    "...",
    "..",
    "\r\n",
    "name_1",
    '"plain text, {é}"',
    '"escaped \\" \\u00e9"',
    '"""block\n  string"""',
    "# comment",
    "1.5e3",
)


def read(lexer: Callable[[Source], Lexer], text: str) -> list[object]:
    """What is known of each token, or of the error that ends them."""
    reading, tokens = lexer(Source(text)), list[object]()
    try:
        while (token := reading.read_next_token(tokens[-1][2] if tokens else 0)).kind is not TokenKind.EOF:  # type: ignore[index]
            tokens.append((token.kind, token.start, token.end, token.line, token.column, token.value))
    except GraphQLSyntaxError as error:
        return [*tokens, error.message, error.positions]
    return [*tokens, (token.start, token.line, token.column)]


@pytest.mark.parametrize("seed", range(4))
def test_random_texts_have_the_tokens_that_graphql_core_reads(seed: int) -> None:
    random = Random(seed)
    for _ in range(1_000):
        text = "".join(random.choices(PARTS, k=random.randint(1, 12)))
        assert read(QuickLexer, text) == read(Lexer, text), repr(text)


def test_a_run_of_comments_is_read_no_further_than_the_bound_of_tokens() -> None:
    lexer = QuickLexer(Source("{ a " + "#\n" * 40_000 + "}"), most=100)
    while lexer.read <= 100:
        lexer.advance()
    assert lexer.read == 101
