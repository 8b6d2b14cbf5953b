"""Mutations of the subgraph `people`."""

import strawberry

from subgraphs.people.contract_mutations import ContractMutation
from subgraphs.people.link_mutations import LinkMutation
from subgraphs.people.situation_mutations import SituationMutation


@strawberry.type(description="Écritures, une par requête.")
class Mutation(LinkMutation, ContractMutation, SituationMutation):
    """All of them, by what they are of."""
