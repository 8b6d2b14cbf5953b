"""Bounds of a document, counted on its tokens before any parser or validator sees it.

docs/attaques.md#attack-34 to docs/attaques.md#attack-38: graphql-core's parser recurses and some of its rules are
quadratic, so a document enters them only once its size is known. Fragments are expanded by counting, never by copying;
one loop, no recursion.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import GraphQLSyntaxError, Lexer, Source, SourceLocation, TokenKind
from graphql.language import Token

from hub.document.lexer import QuickLexer
from hub.errors import DocumentRefused
from hub.federation.budget import STEPS


@dataclass(frozen=True, slots=True)
class Limits:
    """The greatest accepted values; counts are per operation, after expansion of fragments.

    `tokens` counts those of the whole document, as written and after expansion, since each operation is validated;
    `depth` counts fields in fields, `nesting` brackets in brackets of any kind, `digits` the length of a number;
    `cost` is what the supergraph's `@cost` and `@listSize` make of the operation (hub.federation.cost); `steps` are
    those of the budget of its preparation (hub.federation.budget); `values` are the leaves that its answer may hold.
    """

    bytes: int = 100_000
    tokens: int = 4_000
    operations: int = 100
    depth: int = 20
    nesting: int = 60
    selections: int = 1_400
    aliases: int = 200
    root_fields: int = 50
    directives: int = 200
    digits: int = 40
    cost: int = 50_000
    values: int = 500_000
    steps: int = STEPS


@dataclass(slots=True)
class _Definition:
    tokens: int = 0
    depth: int = 0
    selections: int = 0
    aliases: int = 0
    roots: int = 0
    directives: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)


def check(text: str, limits: Limits) -> tuple[Lexer, int, int]:
    """The lexer of a document, at its begin, with all tokens read; how many tokens there are as written or after
    expansion; the characters of its strings. Raises DocumentRefused for the first bound that the document exceeds, each
    under its own code."""
    check_size(text, limits)
    tokens = _Tokens(text, limits)
    try:
        expanded = _count(text, tokens, limits)
    except DocumentRefused:
        unlink(tokens.rewound().token)
        raise
    counted = max(expanded, tokens.count)
    return tokens.rewound(), counted, tokens.characters


def unlink(token: Token | None) -> None:
    """Undo the chain of tokens from this one on, which refer to each other: they are freed at once, not by the garbage
    collector, for which the thousands of some documents together take a tenth of a second."""
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _count(text: str, tokens: _Tokens, limits: Limits) -> int:
    """The tokens of all operations after expansion."""
    operations, fragments = _scan(text, tokens, limits)
    _bound("OPERATIONS", "le document", len(operations), limits.operations, "opérations")
    order = _leaves_first(fragments)
    for definition in [*(fragments[name] for name in order), *operations]:
        _expand(definition, fragments)
        _bound("DEPTH", "l'opération", definition.depth, limits.depth, "niveaux de champs")
        _bound("SELECTIONS", "l'opération", definition.selections, limits.selections, "champs, fragments développés")
        _bound("ALIASES", "l'opération", definition.aliases, limits.aliases, "alias")
        _bound("DIRECTIVES", "l'opération", definition.directives, limits.directives, "directives")
    for operation in operations:
        _bound("ROOT_FIELDS", "l'opération", operation.roots, limits.root_fields, "champs à la racine")
    expanded = sum(operation.tokens for operation in operations)
    _bound("TOKENS", "le document", expanded, limits.tokens, "éléments lexicaux, fragments développés")
    return expanded


def check_size(text: str, limits: Limits) -> None:
    """Raise DocumentRefused (DOCUMENT_BYTES_LIMIT) for a text that is too long to be read at all."""
    size = len(text.encode("utf-8", "surrogatepass"))
    _bound("BYTES", "le document", size, limits.bytes, "octets")


def _bound(name: str, place: str, value: int, limit: int, unit: str) -> None:
    if value > limit:
        raise DocumentRefused(
            f"DOCUMENT_{name}_LIMIT",
            f"Dans {place}, la limite de {limit} {unit} est dépassée : découpez la demande en plusieurs.",
            f"{name.lower()} above {limit}",
        )


class _Tokens:
    """The tokens of a document, counted as they are read, and the characters of its strings; comments are counted with
    the next token."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._lexer, self._limits = QuickLexer(Source(text), limits.tokens), limits
        self._begin = self._lexer.token
        self.characters = 0

    @property
    def count(self) -> int:
        """The tokens so far, without the end of the text."""
        return self._lexer.read - (self._lexer.token.kind is TokenKind.EOF)

    def next(self) -> Token:
        """The next token; raises DocumentRefused."""
        try:
            token = self._lexer.advance()
        except GraphQLSyntaxError as error:
            raise syntax_refused(error) from None
        if self._lexer.read > self._limits.tokens:
            _bound("TOKENS", "le document", self.count, self._limits.tokens, "éléments lexicaux")
        if token.value is None:
            return token
        if token.kind in (TokenKind.INT, TokenKind.FLOAT):
            _bound("DIGITS", "un nombre du document", len(token.value), self._limits.digits, "caractères")
        elif token.kind in (TokenKind.STRING, TokenKind.BLOCK_STRING):
            self.characters += token.end - token.start
        return token

    def rewound(self) -> Lexer:
        """The lexer, from whose tokens a parser reads without lexing again."""
        self._lexer.token = self._lexer.last_token = self._begin
        return self._lexer


def syntax_refused(error: GraphQLSyntaxError) -> DocumentRefused:
    """The error with the place of a syntax error, without graphql-core's own text, which quotes the document."""
    place = error.locations[0] if error.locations else SourceLocation(1, 1)
    line, column = place.line, place.column
    return DocumentRefused(
        "DOCUMENT_SYNTAX",
        f"Erreur de syntaxe GraphQL à la ligne {line}, colonne {column} : corrigez le document à cet endroit.",
        f"syntax error at {line}:{column}",
        locations=[{"line": line, "column": column}],
    )


def _scan(text: str, tokens: _Tokens, limits: Limits) -> tuple[list[_Definition], dict[str, _Definition]]:
    """The counts of each operation and fragment on its own. Braces outside parentheses are selection sets; no other
    structure of an executable document needs to be parsed."""
    operations: list[_Definition] = []
    fragments: dict[str, _Definition] = {}
    current = _Definition()
    header: list[str] = []
    braces: list[bool] = []  # one per open selection set: does it belong to a field (or definition)?
    inside = 0  # open brackets of arguments, variable definitions and their values
    depth = 0
    inline = False
    counted = 0
    token = tokens.next()
    while token.kind is not TokenKind.EOF:
        following = tokens.next()
        kind = token.kind
        if kind in (TokenKind.PAREN_L, TokenKind.BRACKET_L) or (kind is TokenKind.BRACE_L and inside):
            inside += 1
            _bound("DEPTH", "le document", len(braces) + inside, limits.nesting, "niveaux d'imbrication")
        elif kind in (TokenKind.PAREN_R, TokenKind.BRACKET_R) or (kind is TokenKind.BRACE_R and inside):
            inside = max(0, inside - 1)
        elif kind is TokenKind.AT:
            current.directives += 1
            following = tokens.next() if following.kind is TokenKind.NAME else following
        elif inside:
            pass
        elif kind is TokenKind.BRACE_L:
            if following.kind is TokenKind.BRACE_R:  # which the parser lets pass
                raise syntax_refused(GraphQLSyntaxError(Source(text), following.start, "Expected Name, found '}'."))
            braces.append(not inline)
            _bound("DEPTH", "le document", len(braces), limits.nesting, "niveaux d'imbrication")
            depth += not inline
            inline = False
        elif kind is TokenKind.BRACE_R:
            depth -= bool(braces and braces.pop())
            if not braces:
                if header[:1] == ["fragment"] and len(header) > 1:
                    fragments[header[1]] = current
                else:
                    operations.append(current)
                read = tokens.count - (following.kind is not TokenKind.EOF)
                current.tokens, counted = read - counted, read
                current, header = _Definition(), []
        elif not braces:
            if kind is TokenKind.NAME and token.value is not None:
                header.append(token.value)
        elif kind is TokenKind.SPREAD:
            if following.kind is TokenKind.NAME and following.value != "on":
                current.spreads.append((following.value or "", depth))
                following = tokens.next()
            else:
                inline = True
                if following.kind is TokenKind.NAME:
                    following = tokens.next()
                    following = tokens.next() if following.kind is TokenKind.NAME else following
        elif kind is TokenKind.NAME:
            if following.kind is TokenKind.COLON:
                current.aliases += 1
                following = tokens.next()
                _refuse_reserved(token.value or "", following.value or "")
                following = tokens.next() if following.kind is TokenKind.NAME else following
            current.selections += 1
            current.depth = max(current.depth, depth)
            current.roots += depth == 1
        token = following
    return operations, fragments


def _refuse_reserved(alias: str, name: str) -> None:
    if alias.startswith("__") and (alias, name) != ("__typename", "__typename"):
        raise DocumentRefused(
            "DOCUMENT_RESERVED_ALIAS",
            "Un alias ne peut pas commencer par « __ », réservé à GraphQL : choisissez un autre alias.",
            "alias begins with __",
        )


def _leaves_first(fragments: dict[str, _Definition]) -> list[str]:
    """Fragment names, each after those that it spreads; raises on a cycle."""
    order: list[str] = []
    state: dict[str, int] = {}  # 1: being visited, 2: done
    for start in fragments:
        stack = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                state[name] = 2
                order.append(name)
            elif state.get(name) == 1:
                raise DocumentRefused(
                    "DOCUMENT_FRAGMENT_CYCLE",
                    "Un fragment s'inclut lui-même, directement ou par d'autres : retirez cette boucle.",
                    "fragment cycle",
                )
            elif name in fragments and name not in state:
                state[name] = 1
                stack.append((name, True))
                stack.extend((spread, False) for spread, _ in reversed(fragments[name].spreads))
    return order


def _expand(definition: _Definition, fragments: dict[str, _Definition]) -> None:
    """Add the counts of the spread fragments, which are already expanded."""
    for name, depth in definition.spreads:
        if (fragment := fragments.get(name)) is not None:
            definition.tokens += fragment.tokens
            definition.selections += fragment.selections
            definition.aliases += fragment.aliases
            definition.directives += fragment.directives
            definition.roots += fragment.roots if depth == 1 else 0
            definition.depth = max(definition.depth, depth - 1 + fragment.depth)
