"""What passes through an application: its scope intersects the rows of the decision table (docs/policy.md#rule-9).

docs/domain.md#actors, last row: client scope ∩ end-user rights ∩ declared purpose. The grants of the user are cut down
to the scope before anything is decided, so that requirements, rows, inputs and values follow, and what an application
may never be given is prohibited to whoever uses it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from hub.policy.decide.policy_files import Table
from hub.policy.decide.policy_model import ActorKind, ClientScope, Policy, Prohibition
from schema.categories import Category, Level

UNSCOPED = ""
"""The scope of an application that has none, or none for this kind of user: nothing of anybody."""


def through(policy: Policy, client: str) -> Policy:
    """The policy as it is for whoever asks through an application of this scope; KeyError for an unknown one."""
    if client == UNSCOPED:
        applications = [name for name, kind in policy.actors.items() if kind.application]
        return replace(policy, grants=(), prohibitions=_everybodys(policy.prohibitions, applications))
    scope = policy.clients[client]
    grants = (
        replace(
            each,
            purposes=each.purposes & scope.purposes,
            read=each.read & scope.read,
            reduced=each.reduced & scope.read,
            match=each.match & scope.match,
            own_recorded=each.own_recorded & scope.read,
        )
        for each in policy.grants
        if each.actor in scope.users
    )
    actors = {name: replace(kind, purposes=kind.purposes & scope.purposes) for name, kind in policy.actors.items()}
    prohibitions = _everybodys(policy.prohibitions, [scope.actor])
    return replace(policy, actors=actors, grants=tuple(grants), prohibitions=prohibitions)


def _everybodys(prohibitions: Iterable[Prohibition], of: Collection[str]) -> tuple[Prohibition, ...]:
    """Prohibitions, those of these kinds of actor being everybody's."""
    return tuple(replace(each, actor="*") if each.actor in of else each for each in prohibitions)


def read_scope(
    name: str, table: Table, actors: Mapping[str, ActorKind], prohibitions: Sequence[Prohibition]
) -> ClientScope:
    """A table of clients.toml; raises PolicyError, as for a category that these prohibitions close to applications."""
    kind: ActorKind = table.name("actor", actors.__getitem__)
    if not kind.application or name in actors:
        raise table.fail(f"« {kind.name} » n'est pas une application, ou « {name} » est une sorte d'acteur", "actor")
    scope = ClientScope(
        name=name,
        label=table.take("label", str),
        actor=kind.name,
        users=frozenset(table.names("users", lambda user: actors[user].name)),
        purposes=frozenset(table.names("purposes", lambda code: {each: each for each in kind.purposes}[code])),
        read=frozenset(table.names("read", Category, [])),
        match=frozenset(table.names("match", Category, [])),
        legal=table.take("legal", str),
        nir=table.take("nir", str, None),
    )
    for user in sorted(scope.users):
        if actors[user].application or not actors[user].purposes & scope.purposes:
            raise table.fail(f"« {user} » ne se sert pas d'une application pour l'une de ces finalités", "users")
    closed = [each for each in prohibitions if each.actor in ("*", kind.name)]
    for category in sorted(scope.read):
        found = [each.id for each in closed if each.category is category]
        levels = {each.level for each in closed if each.category is category}
        if None in levels or set(Level) <= levels:
            raise table.fail(f"« read » nomme {category}, qui est interdit ({', '.join(found)})", "read")
    for category in sorted(scope.match):
        if found := [each.id for each in closed if each.category is category and each.level is None]:
            raise table.fail(f"« match » nomme {category}, qui est interdit ({', '.join(found)})", "match")
    if (Category.NIR in scope.match) != (scope.nir is not None):
        raise table.fail("« match » nomme le NIR si « nir » dit quel texte y autorise, et sinon non", "match")
    table.done()
    return scope
