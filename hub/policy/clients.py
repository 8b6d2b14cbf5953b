"""What passes through an application: its scope intersects the rows of the decision table (policy.md rule 9).

Domain model §14, last row: client scope ∩ end-user rights ∩ declared purpose. The grants of the user are cut down to
the scope before anything is decided, so that requirements, rows, inputs and values follow, and what an application may
never be given is prohibited to whoever uses it.
"""

from __future__ import annotations

from dataclasses import replace

from hub.policy.model import Policy

UNSCOPED = ""
"""The scope of an application that has none, or none for this kind of user: nothing of anybody."""


def through(policy: Policy, client: str) -> Policy:
    """The policy as it is for whoever asks through an application of this scope; KeyError for an unknown one."""
    if client == UNSCOPED:
        return replace(policy, grants=())
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
    prohibitions = (replace(each, actor="*") if each.actor == scope.actor else each for each in policy.prohibitions)
    return replace(policy, actors=actors, grants=tuple(grants), prohibitions=tuple(prohibitions))
