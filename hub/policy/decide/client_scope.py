"""What passes through an application: its scope intersects the rows of the decision table (docs/policy.md#rule-9).

docs/domain.md#actors, last row: client scope ∩ end-user rights ∩ declared purpose. The grants of the user are cut down
to the scope before anything is decided, so that requirements, rows, inputs and values follow; what an application may
never receive is prohibited to all its users.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from hub.policy.decide.policy_model import ActorKind, ClientScope, Policy, Prohibition
from hub.strict_toml import TomlForm, TomlTable
from schema.categories import Category, Level
from schema.context import LARGEST_PAGE, PAGE

UNSCOPED = ""
"""The scope of an application that has none, or none for this kind of user: it receives no personal data."""


class _ClientForm(TomlForm, frozen=True):
    actor: str
    label: str
    users: list[str]
    purposes: list[str]
    legal: str
    read: tuple[Category, ...] = ()
    match: tuple[Category, ...] = ()
    write: tuple[Category, ...] = ()
    nir: str | None = None
    page: int = PAGE


def through(policy: Policy, client: str) -> Policy:
    """The policy for users of an application with this scope; KeyError for an unknown scope."""
    if client == UNSCOPED:
        applications = [name for name, kind in policy.actors.items() if kind.application]
        return replace(policy, grants=(), prohibitions=_extended_to_all(policy.prohibitions, applications))
    scope = policy.clients[client]
    grants = (
        replace(
            grant,
            purposes=grant.purposes & scope.purposes,
            read=grant.read & scope.read,
            reduced=grant.reduced & scope.read,
            match=grant.match & scope.match,
            own_recorded=grant.own_recorded & scope.read,
            write=grant.write & scope.write,
        )
        for grant in policy.grants
        if grant.actor in scope.users
    )
    actors = {name: replace(kind, purposes=kind.purposes & scope.purposes) for name, kind in policy.actors.items()}
    prohibitions = _extended_to_all(policy.prohibitions, [scope.actor])
    return replace(policy, actors=actors, grants=tuple(grants), prohibitions=prohibitions)


def _extended_to_all(prohibitions: Iterable[Prohibition], kinds: Collection[str]) -> tuple[Prohibition, ...]:
    """The prohibitions, with those of these kinds of actors extended to all kinds."""
    return tuple(msgspec.structs.replace(rule, actor="*") if rule.actor in kinds else rule for rule in prohibitions)


def read_scope(
    name: str, table: TomlTable, actors: Mapping[str, ActorKind], prohibitions: Sequence[Prohibition]
) -> ClientScope:
    """The scope that a table of clients.toml declares; raises TomlRefused, also for a category that these prohibitions
    close to applications."""
    form = table.read(_ClientForm)
    kind = actors[table.resolve("actor", form.actor, lambda actor: actors[actor].name)]
    if not kind.application or name in actors:
        raise table.refusal(f"« {kind.name} » n'est pas une application, ou « {name} » est une sorte d'acteur", "actor")
    scope = ClientScope(
        name=name,
        label=form.label,
        actor=kind.name,
        users=table.resolve_all("users", form.users, lambda user: actors[user].name),
        purposes=table.resolve_all("purposes", form.purposes, {code: code for code in kind.purposes}.__getitem__),
        read=table.distinct("read", form.read),
        match=table.distinct("match", form.match),
        legal=form.legal,
        nir=form.nir,
        write=table.distinct("write", form.write),
        page=form.page,
    )
    if not PAGE <= scope.page <= LARGEST_PAGE:
        raise table.refusal(f"« page » va de {PAGE} à {LARGEST_PAGE}", "page")
    for user in sorted(scope.users):
        if actors[user].application or not actors[user].purposes & scope.purposes:
            raise table.refusal(f"« {user} » ne se sert pas d'une application pour l'une de ces finalités", "users")
    if unread := scope.write - scope.read:
        raise table.refusal(f"« write » nomme {min(unread)}, que « read » ne nomme pas", "write")
    closed = [rule for rule in prohibitions if rule.actor in ("*", kind.name)]
    for category in sorted(scope.read):
        ids = [rule.id for rule in closed if rule.category is category]
        levels = {rule.level for rule in closed if rule.category is category}
        if None in levels or set(Level) <= levels:
            raise table.refusal(f"« read » nomme {category}, qui est interdit ({', '.join(ids)})", "read")
    for category in sorted(scope.match):
        if ids := [rule.id for rule in closed if rule.category is category and rule.level is None]:
            raise table.refusal(f"« match » nomme {category}, qui est interdit ({', '.join(ids)})", "match")
    if (Category.NIR in scope.match) != (scope.nir is not None):
        raise table.refusal("« match » nomme le NIR si « nir » dit quel texte y autorise, et sinon non", "match")
    return scope
