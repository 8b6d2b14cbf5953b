"""Mutations of the subgraph `people`."""

import strawberry

from subgraphs.people.contract_mutations import ContractMutation


@strawberry.type(description="Écritures, une par requête.")
class Mutation(ContractMutation):
    """All of them, by what they are of."""
