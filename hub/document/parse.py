"""Parse a document and validate it against the client schema, with error messages of our own.

graphql-core's messages quote literals and suggest names: none of them is passed on. A field that the client schema does
not hold (an internal one as well as a typo) fails with the same words. Overlapping fields are checked by `normalise`,
in linear time, instead of graphql-core's quadratic rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
    specified_rules,
)
from graphql.language.parser import Parser
from graphql.validation import ASTValidationContext, ASTValidationRule

from hub.document.finite_floats import FiniteFloatsRule
from hub.document.limits import Limits, check, syntax_refused, unlink
from hub.document.validation import validate
from hub.errors import DocumentRefused
from hub.federation.budget import Budget

MAX_ERRORS = 20

_MESSAGES = {
    "FieldsOnCorrectTypeRule": "Champ inconnu{name} : vérifiez son nom et son type parent dans le schéma",
    "KnownArgumentNamesRule": "Argument inconnu{name} : vérifiez les arguments de ce champ dans le schéma",
    "KnownTypeNamesRule": "Type inconnu{name} : vérifiez son nom dans le schéma",
    "KnownFragmentNamesRule": "Fragment non défini{name} : définissez-le ou retirez-le",
    "KnownDirectivesRule": "Directive inconnue ou mal placée{name} : @skip, @include et celles du schéma sont admises",
    "NoUndefinedVariablesRule": "Variable non déclarée{name} : déclarez-la dans l'en-tête de l'opération",
    "NoUnusedVariablesRule": "Variable déclarée mais inutilisée{name} : retirez-la",
    "NoUnusedFragmentsRule": "Fragment défini mais inutilisé{name} : retirez-le",
    "ProvidedRequiredArgumentsRule": "Un argument obligatoire manque au champ{name} : ajoutez-le",
    "ScalarLeafsRule": "Sélection de sous-champs manquante ou de trop{name}",
    "ValuesOfCorrectTypeRule": "Valeur d'un autre type que celui attendu : corrigez-la d'après le schéma",
    "FiniteFloatsRule": "Nombre trop grand pour un Float",
    "VariablesInAllowedPositionRule": "Variable d'un type qui ne convient pas ici{name} : changez le type déclaré",
    "PossibleFragmentSpreadsRule": "Fragment impossible ici : son type ne peut pas se présenter à cet endroit",
    "UniqueOperationNamesRule": "Deux opérations portent le même nom{name} : renommez-en une",
    "LoneAnonymousOperationRule": "Une opération sans nom doit être seule dans le document : nommez chaque opération",
}
_SAFE_NAME = re.compile(r"(?!.*\d{6})[_A-Za-z]\w{0,59}\Z", re.ASCII)


STEPS_PER_TOKEN = 2
"""Steps of the budget for reading, parsing and validating a token."""


def parse_document(text: str, schema: GraphQLSchema, limits: Limits, budget: Budget | None = None) -> DocumentNode:
    """The valid document; raises DocumentRefused, whose `others` are the further errors of the same document, and
    OperationRefused beyond the budget."""
    lexer, tokens = check(text, limits)
    first = lexer.token
    try:
        if budget is not None:
            budget.spend(STEPS_PER_TOKEN * tokens, "document")
        document = Parser(lexer.source, lexer=lexer).parse_document()
    except GraphQLSyntaxError as error:
        raise syntax_refused(error) from None
    finally:
        unlink(first)
    if not any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
        raise DocumentRefused("DOCUMENT_EMPTY", "Le document ne contient aucune opération.", "no operation")
    errors = validate(schema, document, _RULES, MAX_ERRORS)
    if errors and schema.subscription_type is None and any(map(_is_subscription, document.definitions)):
        raise _subscription()
    if errors:
        refusal, *further = [_refused(error) for error in errors[:MAX_ERRORS]]
        raise DocumentRefused(
            refusal.code, refusal.message, refusal.detail, siblings=further, extensions=refusal.extensions
        )
    return document


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
    """The same rule, its errors marked with its name."""

    def marked_rule(context: ASTValidationContext) -> ASTValidationRule:
        def report_error(error: GraphQLError) -> None:
            error.extensions = {"rule": rule.__name__}
            context.report_error(error)

        marking = copy(context)
        marking.report_error = report_error  # type: ignore[method-assign]
        return rule(marking)

    return marked_rule


_RULES: Any = [_marked(rule) for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule]
_RULES.append(_marked(FiniteFloatsRule))


def _refused(error: GraphQLError) -> DocumentRefused:
    rule = str((error.extensions or {}).get("rule", "TooManyErrors"))
    template = _MESSAGES.get(rule, "Document non valide : corrigez-le d'après le schéma")
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    where = f" (ligne {locations[0]['line']}, colonne {locations[0]['column']})" if locations else ""
    name = next(filter(None, map(_name, error.nodes or ())), None)
    return DocumentRefused(
        "DOCUMENT_INVALID",
        template.format(name=f" « {name} »" if name else "") + where + ".",
        f"rule {rule.removesuffix('Rule')}",
        extensions={"rule": rule.removesuffix("Rule"), "locations": locations},
    )


def _name(node: Node) -> str | None:
    """The name at fault, unless it could hold a person's number."""
    value = getattr(getattr(node, "name", None), "value", None)
    return value if isinstance(value, str) and _SAFE_NAME.match(value) else None
