"""The operations of an application, read from a folder and valid on the schema, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    OperationType,
    Source,
    Visitor,
    concat_ast,
    get_named_type,
    is_input_object_type,
    is_required_input_field,
    parse,
    print_ast,
    separate_operations,
    visit,
)

from hub.document.limits import syntax_refused
from hub.document.parse import first_fault
from hub.errors import ClientRefused


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `text` is what the hub is sent, `description` the comment above it."""

    name: str
    text: str
    description: str
    node: OperationDefinitionNode
    fragments: tuple[FragmentDefinitionNode, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the text, by which a manifest knows it."""
        return sha256(self.text.encode()).hexdigest()


def read_operations(folders: Sequence[Path], schema: GraphQLSchema) -> list[Operation]:
    """The operations of the `*.graphql` files of these folders and their subfolders, in the order of their names.

    Fragments may stand in any file. Raises ClientRefused.
    """
    documents = [_parse(path, folder) for folder in folders for path in sorted(folder.rglob("*.graphql"))]
    return _read(documents, schema, f"« {folders[0]} » ne contient aucune opération : mettez-y des fichiers *.graphql.")


def read_operation(path: Path, schema: GraphQLSchema) -> Operation:
    """The only operation of a file, whose fragments may stand in the files beside it. Raises ClientRefused."""
    document = _parse(path, path.parent)
    documents = [document, *_fragments_beside(path, document)]
    operations = _read(documents, schema, f"« {path} » ne contient aucune opération.")
    if len(operations) != 1:
        raise ClientRefused(
            "OPERATIONS_SEVERAL",
            f"« {path} » contient plusieurs opérations : n'y laissez que celle à exécuter.",
            "more than one operation in the file",
        )
    return operations[0]


def _read(documents: Sequence[DocumentNode], schema: GraphQLSchema, missing: str) -> list[Operation]:
    """The operations of these documents; `missing` is said if there is none. Raises ClientRefused."""
    if not any(True for document in documents for _ in _operations(document)):
        raise ClientRefused("OPERATIONS_MISSING", missing, "no operation")
    merged = concat_ast(documents)
    _check_names([node for document in documents for node in _operations(document)])
    if (fault := first_fault(schema, merged)) is not None:
        source, message = fault
        raise ClientRefused("OPERATION_INVALID", f"« {source} » : {message}", "not valid on the schema of this hub")
    return [_operation(document) for _, document in sorted(separate_operations(merged).items())]


def is_repeatable(operation: Operation, schema: GraphQLSchema) -> bool:
    """Tell whether the same request twice does what one does: it reads, or all that it writes has a key."""
    if operation.node.operation is OperationType.QUERY:
        return True
    assert schema.mutation_type is not None
    nodes = operation.node.selection_set.selections
    written = [schema.mutation_type.fields[node.name.value] for node in nodes if isinstance(node, FieldNode)]
    return len(written) == len(nodes) and all(any(map(_has_key, field.args.values())) for field in written)


def _has_key(argument: GraphQLArgument) -> bool:
    """Tell whether the argument holds a key that must be given."""
    input_type = get_named_type(argument.type)
    key = input_type.fields.get("idempotencyKey") if is_input_object_type(input_type) else None
    return key is not None and is_required_input_field(key)


def whole_document(operations: Sequence[Operation]) -> str:
    """One document of all these operations and of their fragments, each once."""
    fragments = {node.name.value: node for operation in operations for node in operation.fragments}
    nodes = [*(operation.node for operation in operations), *(fragments[name] for name in sorted(fragments))]
    return "\n\n".join(map(print_ast, nodes)) + "\n"


def _parse(path: Path, folder: Path) -> DocumentNode:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ClientRefused(
            "OPERATION_UNREADABLE",
            f"L'opération « {path} » ne se lit pas : nommez un fichier de texte UTF-8.",
            type(error).__name__,
        ) from error
    name = str(path.relative_to(folder))
    try:
        document = parse(Source(text, name))
        visit(document, _NoReservedAlias())
        return document
    except GraphQLSyntaxError as error:
        message = syntax_refused(error).message
        raise ClientRefused("OPERATION_INVALID", f"« {name} » : {message}", "not a document") from error
    except GraphQLError as error:
        raise ClientRefused("OPERATION_INVALID", f"{_place(error)} : {error.message}", "not a document") from error


def _fragments_beside(path: Path, document: DocumentNode) -> list[DocumentNode]:
    """The fragments that a document lacks, and those that these lack, from the other files of its folder."""
    missing = _spreads(document) - {node.name.value for node in _fragments(document)}
    if not missing:
        return []
    siblings = [_parse(file, path.parent) for file in sorted(path.parent.glob("*.graphql")) if file != path]
    by_name = {node.name.value: node for sibling in siblings for node in _fragments(sibling)}
    fragments: dict[str, FragmentDefinitionNode] = {}
    while names := (missing & by_name.keys()) - fragments.keys():
        fragments |= {name: by_name[name] for name in sorted(names)}
        missing = frozenset[str]().union(*(_spreads(by_name[name]) for name in names))
    return [DocumentNode(definitions=(node,), loc=node.loc) for node in fragments.values()]


def _fragments(document: DocumentNode) -> Iterator[FragmentDefinitionNode]:
    return (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))


def _spreads(node: Node) -> frozenset[str]:
    """The names of the fragments that are spread in a node."""
    names = _Spreads()
    visit(node, names)
    return frozenset(names.names)


class _Spreads(Visitor):
    """Collects the names of fragments that are spread."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.add(node.name.value)


class _NoReservedAlias(Visitor):
    """Raises GraphQLError for an alias that the hub refuses (DOCUMENT_RESERVED_ALIAS)."""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.alias is not None and node.alias.value.startswith("__") and node.alias.value != node.name.value:
            raise GraphQLError("un alias ne commence pas par « __ », réservé à GraphQL", node.alias)


def _operations(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def _check_names(nodes: Sequence[OperationDefinitionNode]) -> None:
    """Every operation has a name that begins with a capital, of its own whatever the case, and is no subscription."""
    names: set[str] = set()
    for node in nodes:
        name = node.name.value if node.name is not None else ""
        if not name[:1].isupper() or name.lower() in names or node.operation is OperationType.SUBSCRIPTION:
            raise ClientRefused(
                "OPERATION_NAME",
                f"{_place(GraphQLError('', node))} : une requête ou une mutation porte un nom à elle, qui commence par "
                "une majuscule (le client en fait une classe).",
                "no name, one that is taken, or a subscription",
            )
        names.add(name.lower())


def _operation(document: DocumentNode) -> Operation:
    (node,) = _operations(document)
    assert node.name is not None
    return Operation(node.name.value, print_ast(document), _comment(node), node, tuple(_fragments(document)))


def _comment(node: OperationDefinitionNode) -> str:
    """The lines of comment just above the operation."""
    lines: list[str] = []
    token = node.loc.start_token.prev if node.loc is not None else None
    while token is not None and token.kind.name == "COMMENT":
        lines.insert(0, (token.value or "").strip())
        token = token.prev
    return " ".join(lines)


def _place(error: GraphQLError) -> str:
    """File and line of an error."""
    if error.source is None or not error.locations:
        return "Les opérations"
    return f"« {error.source.name} », ligne {error.locations[0].line}"
