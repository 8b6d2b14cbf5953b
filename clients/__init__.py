"""The packages by which other systems ask the hub, made from the schema and from the operations of `operations/`.

`python/` and `typescript/` each hold a runtime that is written by hand, and what `hub.client_code` generates
(decision 0096).
"""
