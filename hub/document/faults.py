"""What the errors of a document say: what is wrong, in which type, and the names or values that the schema has instead.

All names come from the client schema, which is the same for all and holds nothing internal. A name or a value of the
document is repeated only if it can be no number of a person, and no literal is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from graphql import (
    ArgumentNode,
    EnumValueNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    NameNode,
    Node,
    ObjectFieldNode,
    ObjectValueNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.utilities import validate_input_literal
from graphql.validation import ValidationContext

MESSAGES = {
    "FieldsOnCorrectTypeRule": "Champ inconnu{name} : vérifiez son nom et son type parent dans le schéma",
    "KnownArgumentNamesRule": "Argument inconnu{name} : vérifiez les arguments de ce champ dans le schéma",
    "KnownTypeNamesRule": "Type inconnu{name}{near} : vérifiez son nom dans le schéma",
    "KnownFragmentNamesRule": "Fragment non défini{name} : définissez-le ou retirez-le",
    "KnownDirectivesRule": "Directive inconnue ou mal placée{name} : @skip, @include et celles du schéma sont admises",
    "NoUndefinedVariablesRule": "Variable non déclarée{name} : déclarez-la dans l'en-tête de l'opération",
    "NoUnusedVariablesRule": "Variable déclarée mais inutilisée{name} : retirez-la",
    "NoUnusedFragmentsRule": "Fragment défini mais inutilisé{name} : retirez-le",
    "ProvidedRequiredArgumentsRule": "Un argument obligatoire manque au champ{name} : ajoutez-le",
    "ScalarLeafsRule": "Sélection de sous-champs manquante ou de trop{name}",
    "FiniteFloatsRule": "Nombre trop grand pour un Float",
    "VariablesInAllowedPositionRule": "Variable d'un type qui ne convient pas ici{name} : changez le type déclaré",
    "PossibleFragmentSpreadsRule": "Fragment impossible ici : son type ne peut pas se présenter à cet endroit",
    "UniqueOperationNamesRule": "Deux opérations portent le même nom{name} : renommez-en une",
    "LoneAnonymousOperationRule": "Une opération sans nom doit être seule dans le document : nommez chaque opération",
}
"""The message of each rule; `{name}` is the name at fault, `{near}` are those that are close to it."""
CONFLICT = "Deux champs différents portent le même nom de réponse au même endroit : donnez un alias à l'un d'eux"
OTHERWISE = "Document non valide : corrigez-le d'après le schéma"
SAFE_NAME = re.compile(r"(?!.*\d{6})[_A-Za-z]\w{0,59}\Z", re.ASCII)
MOST_ERRORS = 20
"""Errors of a document or of variables that are told at most."""
SUGGESTING = 5
"""Errors that name what is spelt nearly alike: looking for it takes up to some milliseconds."""
NEAR = 3
"""Names that are suggested at most."""
LISTED = 40
"""Names or values that are listed at most."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place: a template as `MESSAGES`, the name at fault, the names that the schema has there, and
    what the extensions of the error say."""

    template: str
    name: str | None = None
    candidates: Collection[str] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)

    def describe(self, *, suggesting: bool) -> tuple[str, dict[str, Any]]:
        """The message, and the extensions; `suggesting` looks for close names, which takes up to some milliseconds."""
        near = closest(self.name, self.candidates) if suggesting else []
        name = f" « {self.name} »" if self.name else ""
        message = self.template.format(name=name, near=f", proche de {listed(near, 'ou')}" if near else "")
        return message, {**self.extensions, **({"suggestions": near} if near else {})}


def closest(name: str | None, candidates: Collection[str]) -> list[str]:
    """The candidates that are spelt nearly as this name, the nearest first, whatever the case; none for a name that
    begins with an underscore, so that an internal one fails as a typo of it does."""
    if name is None or name.startswith("_"):
        return []
    spelt = {candidate.casefold(): candidate for candidate in candidates}
    return [spelt[match] for match in get_close_matches(name.casefold(), spelt, NEAR, 0.7)]


def listed(names: Iterable[str], word: str = "et") -> str:
    """Names in a sentence."""
    *leading, last = (f"« {name} »" for name in names)
    return f"{', '.join(leading)} {word} {last}" if leading else last


def fault(rule: str, context: ValidationContext, error: GraphQLError) -> Fault:
    """What a rule of graphql-core has found at the place where the visit is."""
    nodes = error.nodes or ()
    name = next(filter(None, map(_name, nodes)), None)
    explain = _EXPLAINED.get(rule)
    explained = explain(context, name, nodes[0]) if explain is not None and nodes else None
    return explained or Fault(MESSAGES.get(rule, OTHERWISE), name)


def _name(node: Node) -> str | None:
    """The name at fault, unless it could hold a person's number."""
    value = getattr(node if isinstance(node, NameNode) else getattr(node, "name", None), "value", None)
    return value if isinstance(value, str) and SAFE_NAME.match(value) else None


def _field(context: ValidationContext, name: str | None, _: Node) -> Fault | None:
    parent = context.get_parent_type()
    if parent is None:
        return None
    template = f"Champ inconnu{{name}} du type « {parent} »{{near}} : vérifiez son nom dans le schéma"
    return Fault(template, name, getattr(parent, "fields", {}), {"type": str(parent)})


def _argument(context: ValidationContext, name: str | None, node: Node) -> Fault | None:
    place = _place(context)
    if place is None or not isinstance(node, ArgumentNode):
        return None
    where, arguments = place
    takes = f"prend {listed(list(arguments)[:LISTED])}" if arguments else "n'en prend aucun"
    return Fault(f"Argument inconnu{{name}}{{near}} : {where} {takes}", name, arguments, {"type": where})


def _required(context: ValidationContext, name: str | None, node: Node) -> Fault | None:
    place = _place(context)
    if place is None:
        return None
    where, arguments = place
    present = {argument.name.value for argument in getattr(node, "arguments", None) or ()}
    missing = [
        f"{key}: {argument.type}"
        for key, argument in arguments.items()
        if is_required_argument(argument) and key not in present
    ]
    return Fault(f"Un argument obligatoire manque à {where} : ajoutez {listed(missing)}", name) if missing else None


def _place(context: ValidationContext) -> tuple[str, Mapping[str, GraphQLArgument]] | None:
    """The directive or the field that is visited, by its name in the schema, and its arguments."""
    directive, definition, parent = context.get_directive(), context.get_field_def(), context.get_parent_type()
    if directive is not None:
        return f"@{directive.name}", directive.args
    if definition is None or parent is None:
        return None
    fields = getattr(parent, "fields", {})
    name = next((name for name, field in fields.items() if field is definition), "__typename")
    return f"{parent}.{name}", definition.args


def _selection(context: ValidationContext, name: str | None, _: Node) -> Fault | None:
    type_ = context.get_type()
    if type_ is None:
        return None
    if hasattr(get_named_type(type_), "fields"):
        return Fault(f"Sélection de sous-champs manquante{{name}}, du type « {type_} » : ajoutez-la", name)
    return Fault(f"Sélection de sous-champs de trop : le type « {type_} » n'en a pas, retirez-la")


def _type(context: ValidationContext, name: str | None, _: Node) -> Fault:
    public = [type_ for type_ in context.schema.type_map if not type_.startswith("__")]
    return Fault(MESSAGES["KnownTypeNamesRule"], name, public)


class ValuesOfCorrectType(ValuesOfCorrectTypeRule):
    """The rule of graphql-core, whose errors know the type that was expected at their place."""

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> Any:
        """Check a literal; nothing below it is visited."""
        if input_type is not None:

            def report(error: GraphQLError, path: list[str | int]) -> None:
                (wrong, *_) = error.nodes or (node,)
                error.extensions = {"fault": _value(_type_at(input_type, path), wrong)}
                self.report_error(error)

            validate_input_literal(node, input_type, report, None, None, True)
        return self.SKIP


def _type_at(type_: Any, path: Iterable[str | int]) -> Any:
    """The type at a place inside a literal; a list of one may be written without its brackets."""
    for step in path:
        while isinstance(type_, GraphQLNonNull) or (isinstance(type_, GraphQLList) and isinstance(step, str)):
            type_ = type_.of_type
        type_ = type_.fields[step].type if isinstance(step, str) else type_.of_type
    return type_


def _value(type_: GraphQLInputType, node: Node) -> Fault:
    """What is wrong with a literal where this type is expected."""
    base, expected = get_named_type(type_), {"expected": str(type_)}
    if isinstance(base, GraphQLInputObjectType) and isinstance(node, ObjectFieldNode):
        template = f"Champ inconnu{{name}} de « {base} »{{near}} : il a {listed(list(base.fields)[:LISTED])}"
        return Fault(template, _name(node), base.fields, expected)
    if isinstance(base, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        present = {entry.name.value for entry in node.fields}
        missing = [
            f"{key}: {entry.type}"
            for key, entry in base.fields.items()
            if is_required_input_field(entry) and key not in present
        ]
        if missing:
            return Fault(f"Valeur incomplète de « {base} » : ajoutez {listed(missing)}", None, (), expected)
        if base.is_one_of:
            return Fault(f"Valeur de « {base} », dont un seul champ doit être donné", None, (), expected)
    if isinstance(base, GraphQLEnumType):
        allowed = list(base.values)[:LISTED]
        written = node.value if isinstance(node, EnumValueNode) and SAFE_NAME.match(node.value) else None
        template = f"Valeur inconnue{{name}} de « {base} »{{near}} : il admet {listed(allowed)}"
        return Fault(template, written, base.values, {**expected, "allowed": allowed})
    return Fault(f"Valeur d'un autre type que celui attendu, « {type_} » : corrigez-la", None, (), expected)


_EXPLAINED = {
    "FieldsOnCorrectTypeRule": _field,
    "KnownArgumentNamesRule": _argument,
    "KnownTypeNamesRule": _type,
    "ProvidedRequiredArgumentsRule": _required,
    "ScalarLeafsRule": _selection,
}
