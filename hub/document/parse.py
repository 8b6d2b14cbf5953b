"""Parse a document and validate it against the client schema, with error messages of our own.

graphql-core's messages quote literals: none of them is passed on. A field that the client schema does not hold (an
internal one as well as a typo) fails with the same words. Overlapping fields are checked by `normalise`,
in linear time, instead of graphql-core's quadratic rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    ValuesOfCorrectTypeRule,
    specified_rules,
)
from graphql.language.parser import Parser
from graphql.validation import ASTValidationContext, ASTValidationRule

from hub.document.faults import CONFLICT, MOST_ERRORS, OTHERWISE, SUGGESTING, Fault, ValuesOfCorrectType, fault
from hub.document.finite_floats import FiniteFloatsRule
from hub.document.limits import Limits, check, syntax_refused, unlink
from hub.document.validation import validate
from hub.errors import DocumentRefused
from hub.federation.budget import Budget

STEPS_PER_TOKEN = 4
"""Steps of the budget for reading, parsing and validating a token."""
CHARACTERS_PER_STEP = 9
"""Characters of strings that take one step: escapes and blocks are read one by one."""


class _Parser(Parser):
    """graphql-core's parser of tokens that were read and counted before."""

    def advance_lexer(self) -> None:
        """Go to the next token."""
        self._lexer.advance()


def parse_document(text: str, schema: GraphQLSchema, limits: Limits, budget: Budget | None = None) -> DocumentNode:
    """The valid document; raises DocumentRefused, whose `others` are the further errors of the same document, and
    OperationRefused beyond the budget."""
    lexer, tokens, characters = check(text, limits)
    first = lexer.token
    try:
        if budget is not None:
            budget.spend(STEPS_PER_TOKEN * tokens + characters // CHARACTERS_PER_STEP, "document")
        document = _Parser(lexer.source, lexer=lexer).parse_document()
    except GraphQLSyntaxError as error:
        raise syntax_refused(error) from None
    finally:
        unlink(first)
    if not any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
        raise DocumentRefused("DOCUMENT_EMPTY", "Le document ne contient aucune opération.", "no operation")
    errors = validate(schema, document, _RULES, MOST_ERRORS)
    if errors and schema.subscription_type is None and any(map(_is_subscription, document.definitions)):
        raise _subscription()
    if errors:
        raise _all_refused(
            errors[:MOST_ERRORS]
        )  # named by no variable of this frame, which it would keep with the document
    return document


def first_fault(schema: GraphQLSchema, document: DocumentNode) -> tuple[str, str] | None:
    """What is wrong first with the document of a developer: the name of its source, and the message with its place."""
    errors = validate(schema, document, _RULES, 1) or validate(schema, document, [OverlappingFieldsCanBeMergedRule], 1)
    if not errors:
        return None
    error = errors[0]
    if not error.extensions:
        error.extensions = {"rule": "OverlappingFieldsCanBeMergedRule", "fault": Fault(CONFLICT)}
    return error.source.name if error.source is not None else "", _refused(error, suggesting=True).message


def find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run: the named one, or the only one. Subscriptions are refused."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name is not None and node.name.value == name]
    if len(operations) != 1:
        raise DocumentRefused(
            "DOCUMENT_OPERATION_NAME",
            "Le champ « operationName » doit désigner exactement une opération du document.",
            f"{len(operations)} operations match operationName",
        )
    if _is_subscription(operations[0]):
        raise _subscription()
    return operations[0]


def _is_subscription(node: Node) -> bool:
    return isinstance(node, OperationDefinitionNode) and node.operation is OperationType.SUBSCRIPTION


def _subscription() -> DocumentRefused:
    return DocumentRefused(
        "DOCUMENT_SUBSCRIPTION",
        "Les abonnements (subscription) ne sont pas servis : demandez les mêmes champs par une requête (query).",
        "subscription refused",
    )


def _marked(rule: type[ASTValidationRule]) -> Callable[[ASTValidationContext], ASTValidationRule]:
    """The same rule, its errors marked with its name, and with what is wrong at the place where the visit is."""
    name = rule.__name__ if rule is not ValuesOfCorrectType else "ValuesOfCorrectTypeRule"

    def marked_rule(context: Any) -> ASTValidationRule:
        def report_error(error: GraphQLError) -> None:
            marked_fault = (error.extensions or {}).get("fault")
            error.extensions = {"rule": name, "fault": marked_fault or fault(name, context, error)}
            context.report_error(error)

        marking: Any = copy(context)
        marking.report_error = report_error
        return rule(marking)

    return marked_rule


_REPLACED: dict[Any, Any] = {OverlappingFieldsCanBeMergedRule: None, ValuesOfCorrectTypeRule: ValuesOfCorrectType}
"""The rules of graphql-core that are left out, or have another in their place."""
_RULES: Any = [
    _marked(rule) for core_rule in specified_rules if (rule := _REPLACED.get(core_rule, core_rule)) is not None
]
_RULES.append(_marked(FiniteFloatsRule))


def _all_refused(errors: Sequence[GraphQLError]) -> DocumentRefused:
    """The first error, with the others beside it; each is told once, though a rule finds it by each missing field."""
    refusals = [_refused(error, suggesting=number < SUGGESTING) for number, error in enumerate(errors)]
    refusal, *refusal.siblings = {refused.message: refused for refused in refusals}.values()
    return refusal


def _refused(error: GraphQLError, *, suggesting: bool) -> DocumentRefused:
    marks = error.extensions or {}
    rule = str(marks.get("rule", "TooManyErrors")).removesuffix("Rule")
    message, extensions = marks.get("fault", Fault(OTHERWISE)).describe(suggesting=suggesting)
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    where = f" (ligne {locations[0]['line']}, colonne {locations[0]['column']})" if locations else ""
    return DocumentRefused(
        "DOCUMENT_INVALID",
        f"{message}{where}.",
        f"rule {rule}",
        locations=locations,
        extensions={"rule": rule, **extensions},
    )
