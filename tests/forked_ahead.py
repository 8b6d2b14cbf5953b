"""Imported by the process that forks hubs, so that each has what a worker has when its supervisor forks it."""

from hub.graph import load_graph
from schema.subgraphs import SUBGRAPHS
from subgraphs.kit.sdl import load
from subgraphs.kit.server import served_schema

_table = load_graph().table
for _scope in _table.policy.clients:
    _table.through(_scope)
for _name in SUBGRAPHS:
    served_schema(load(_name))
