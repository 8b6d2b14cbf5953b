"""Grants, or categories of a grant, that open no field of the graph: a right that was signed and can't be used.

Each category is decided as if its grant gave nothing else, so that no other grant hides that it opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Grant, Policy
from schema.categories import WRITE_ONLY, Category

WORDS = {
    "read": "lu",
    "reduced": "réduit",
    "own_recorded": "lu si enregistré par soi",
    "match": "rapproché",
    "write": "écrit",
}
"""The keys of a grant that list categories, in French."""


def idle_grants(classification: Classification, policy: Policy) -> Iterator[str]:
    """A sentence for each category that a grant names and opens nothing of, after file and line."""
    for grant in policy.grants:
        for key, word in WORDS.items():
            for category in sorted(getattr(grant, key)):
                if not _opens(grant, key, category, policy, classification):
                    yield (
                        f"grants.toml:{grant.line}: l'accord « {grant.id} » n'ouvre aucun champ de {category} "
                        f"({word}) : servez-en un, donnez-lui une ligne de reductions.toml, ou ôtez la catégorie"
                    )


def _opens(grant: Grant, key: str, category: Category, policy: Policy, classification: Classification) -> bool:
    if key in ("read", "own_recorded") and any(category in field.values for field in classification.fields.values()):
        return True
    if key == "write" and any(
        category in classification.fields[name].values for name in _written_fields(classification)
    ):
        return True
    granted: dict[str, frozenset[Category]] = {
        "read": grant.read if key in ("match", "write") else frozenset(),
        key: frozenset({category}),
    }
    if category in WRITE_ONLY:  # what it is written to is read by other grants
        grants = [rule for rule in policy.grants if rule.actor == grant.actor and rule.purposes & grant.purposes]
        granted["read"] = frozenset[Category]().union(*(rule.read for rule in grants))
        granted["reduced"] = frozenset[Category]().union(*(rule.reduced for rule in grants)) - granted["read"]
    alone = replace(
        grant,
        read=granted["read"],
        reduced=granted.get("reduced", frozenset()),
        own_recorded=granted.get("own_recorded", frozenset()),
        match=granted.get("match", frozenset()),
        write=granted.get("write", frozenset()),
    )
    kind = policy.actors[grant.actor]
    purpose = min(grant.purposes & kind.purposes)
    only = replace(
        policy, actors={kind.name: replace(kind, purposes=frozenset({purpose}))}, grants=(alone,), clients={}
    )
    row = DecisionTable(only, classification).decision_class(kind.name, purpose)
    if key == "match":
        return any(decision.effect is Effect.MATCH for decision in row.matches.values())
    if key == "write":
        return any(
            decision.effect is Effect.WRITE and classification.writes[name] is category
            for name, decision in row.writes.items()
        )
    fields = classification.fields
    return any(
        decision.effect in (Effect.ALLOW, Effect.MASK) and fields[name].category is category
        for name, decision in row.decisions.items()
    )


def _written_fields(classification: Classification) -> Iterator[str]:
    """The coordinates that inputs are written to."""
    for name in classification.writes:
        yield from classification.requires(name)
