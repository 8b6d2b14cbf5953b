"""Bounds, each with its own code, before any parser is entered; attacks 34 to 36 of the policy."""

from __future__ import annotations

import sys

import pytest

from hub.document.limits import Limits, check
from hub.errors import DocumentRefused
from tests.document.sample_schema import operation


def code(text: str, limits: Limits | None = None) -> str | None:
    try:
        check(text, limits or Limits())
    except DocumentRefused as error:
        return error.code
    return None


LIMITS = Limits(
    bytes=400, tokens=90, depth=3, nesting=8, selections=12, aliases=2, root_fields=4, directives=2, digits=5
)

CASES = [
    ("DOCUMENT_BYTES_LIMIT", "{a}" + "#" * 397, "{a}" + "#" * 398),
    ("DOCUMENT_BYTES_LIMIT", "{a}" + "#é" * 132, "{a}" + "#é" * 133),
    ("DOCUMENT_TOKENS_LIMIT", "{a" + "(a:[" + "1 " * 81 + "])}", "{a" + "(a:[" + "1 " * 83 + "])}"),
    ("DOCUMENT_DEPTH_LIMIT", "{a{b{c}}}", "{a{b{c{d}}}}"),
    ("DOCUMENT_DEPTH_LIMIT", "{a{...F}} fragment F on T {b{c}}", "{a{...F}} fragment F on T {b{c{d}}}"),
    ("DOCUMENT_DEPTH_LIMIT", "{a{b{...F}}} fragment F on T {c}", "{a{b{...F}}} fragment F on T {c{d}}"),
    ("DOCUMENT_DEPTH_LIMIT", "{a(x:[[[[[[1]]]]]])}", "{a(x:[[[[[[[1]]]]]]])}"),
    ("DOCUMENT_DEPTH_LIMIT", "{a(x:{a:{a:{a:{a:{a:{a:1}}}}}})}", "{a(x:{a:{a:{a:{a:{a:{a:{a:1}}}}}}})}"),
    ("DOCUMENT_DEPTH_LIMIT", "{" + "...{" * 7 + "a" + "}" * 8, "{" + "...{" * 8 + "a" + "}" * 9),
    ("DOCUMENT_SELECTIONS_LIMIT", "{a{" + "b " * 11 + "}}", "{a{" + "b " * 12 + "}}"),
    (
        "DOCUMENT_SELECTIONS_LIMIT",
        "{a{...F ...F ...F}} fragment F on T {b c d}",
        "{a{...F ...F ...F ...F}} fragment F on T {b c d}",
    ),
    ("DOCUMENT_ALIASES_LIMIT", "{x:a y:a}", "{x:a y:a z:a}"),
    ("DOCUMENT_ALIASES_LIMIT", "{a{...F ...F}} fragment F on T {x:b}", "{a{...F ...F ...F}} fragment F on T {x:b}"),
    ("DOCUMENT_ROOT_FIELDS_LIMIT", "{a b c d}", "{a b c d e}"),
    (
        "DOCUMENT_ROOT_FIELDS_LIMIT",
        "{a b ... {c ...F}} fragment F on Q {d}",
        "{a b ... {c ...F}} fragment F on Q {d e}",
    ),
    ("DOCUMENT_DIRECTIVES_LIMIT", "{a @b @b}", "{a @b @b @b}"),
    ("DOCUMENT_DIRECTIVES_LIMIT", "query Q @b($x: Int @b) {a}", "query Q($x: Int @b) @b {a @b}"),
    ("DOCUMENT_DIGITS_LIMIT", "{a(x:12345)}", "{a(x:123456)}"),
    ("DOCUMENT_DIGITS_LIMIT", "{a(x:1.234)}", "{a(x:1.2345)}"),
]


@pytest.mark.parametrize(("expected", "at", "above"), CASES)
def test_a_document_at_a_bound_passes_and_one_above_is_refused_by_its_code(expected: str, at: str, above: str) -> None:
    assert code(at, LIMITS) is None
    assert code(above, LIMITS) == expected


def test_exponential_fragments_are_counted_not_expanded() -> None:
    spreads = "".join(f"fragment F{n} on T {{...F{n + 1} ...F{n + 1}}}" for n in range(300))
    assert code("{...F0}" + spreads + "fragment F300 on T {a}") == "DOCUMENT_SELECTIONS_LIMIT"


@pytest.mark.parametrize(
    "text",
    [
        "{...A} fragment A on T {...A}",
        "{...A} fragment A on T {a{...B}} fragment B on T {...C} fragment C on T {b{...A}}",
        "{a} fragment A on T {...B} fragment B on T {...A}",
    ],
)
def test_fragment_cycles_are_refused(text: str) -> None:
    assert code(text) == "DOCUMENT_FRAGMENT_CYCLE"


@pytest.mark.parametrize("depth", [1_000, 20_000])
@pytest.mark.parametrize("form", [("{a", "}"), ("{a(x:", ")}"), ("[", "]"), ("{...", "}")])
def test_depth_never_reaches_the_interpreters_own_limit(form: tuple[str, str], depth: int) -> None:
    assert sys.getrecursionlimit() < depth + 1_000
    limits = Limits(bytes=10**6, tokens=10**6)
    assert code(form[0] * depth + form[1] * depth, limits) in ("DOCUMENT_DEPTH_LIMIT", "DOCUMENT_SYNTAX")


@pytest.mark.parametrize(
    "text", ["{__x:a}", "{a{__typename:b}}", "{...F} fragment F on T {__access:b}", "{__typename:id}"]
)
def test_response_keys_that_begin_with_two_underscores_are_refused(text: str) -> None:
    assert code(text) == "DOCUMENT_RESERVED_ALIAS"


@pytest.mark.parametrize(
    "text", ["{__typename}", "{t:__typename}", "{__typename:__typename}", "{__schema{types{name}}}"]
)
def test_the_introspection_names_themselves_are_free(text: str) -> None:
    assert code(text) is None


@pytest.mark.parametrize(
    "text", ["", "{", "}", "{a", '{a(x:"secret)}', "{a}}", "\x00", "query", "{ à }", "{ }", "{a { }}"]
)
def test_broken_text_is_a_syntax_error_without_the_text(text: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        operation(text)
    assert caught.value.code in ("DOCUMENT_SYNTAX", "DOCUMENT_EMPTY")
    assert "secret" not in str(caught.value.formatted()) + str(caught.value)


def test_words_of_the_language_are_names_like_others() -> None:
    assert (
        code("query fragment {on query: fragment mutation {a} ...on on {b} ...query} fragment query on on {c}") is None
    )
