"""Passes over the fetch graph, one per file, applied in this order until nothing changes.

A pass takes the steps and returns them; a new pass is a new file and one more name here.
"""

from __future__ import annotations

from collections.abc import Callable

from hub.federation.planning.fetches import Step
from hub.federation.planning.graph import Graph
from hub.federation.planning.passes.conflicts import alias_conflicts
from hub.federation.planning.passes.interface_objects import flatten_interface_objects
from hub.federation.planning.passes.mutations import serialise_mutations
from hub.federation.planning.passes.postpone import postpone
from hub.federation.planning.passes.siblings import merge_siblings

Pass = Callable[[Graph, list[Step]], list[Step]]

PASSES: tuple[Pass, ...] = (
    serialise_mutations,
    merge_siblings,
    postpone,
    flatten_interface_objects,
    alias_conflicts,
)
