"""How many random cases are drawn: few in the suite, as many as the environment says by `make canaries` and others."""

from __future__ import annotations

import os

CANARIES = int(os.environ.get("CANARIES", "1200"))
"""Operations over the whole model of which no answer may leak a value."""
SILENCE = {True: min(16, CANARIES // 1200), False: min(4, CANARIES // 2500)}
"""Operations of an actor whose answers may not tell a world from another: under the first of the purposes that open
the same to it, and under each other."""
ALIKE = slice(None if CANARIES >= 2500 else 1)
"""Purposes under which an actor asks, of those that open the same to it."""
SERVED = CANARIES // 150
"""Documents that each actor asks of real processes, over a world of its own: each is prepared anew for each of them."""
WAYS = int(os.environ.get("WAYS", "35"))
"""Operations that take a way out of a hub while the world changes."""
WAYS_SEED = int(os.environ.get("WAYS_SEED", "7"))
"""What they are drawn by."""
ORACLE = int(os.environ.get("ORACLE", "100"))
"""Operations that the oracle answers too."""
SUPERGRAPHS = int(os.environ.get("SUPERGRAPHS", "15"))
"""Graphs that are composed and asked."""
SCATTERED = 2 * SUPERGRAPHS
"""Graphs whose fields are scattered over subgraphs, that are composed and asked."""
DIFFERENTIAL = 4 * SUPERGRAPHS
"""Operations, and as many with conditions, that each graph of the tests is asked."""
SPOILED_SCHEMAS = 5 * SUPERGRAPHS
"""Schemas that differ in one place from the one they are compared with."""
COMPOSERS = int(os.environ.get("COMPOSERS", "20"))
"""Sets of subgraphs that the reference composers compose too."""
OPERATIONS = int(os.environ.get("OPERATIONS", "6"))
"""Operations of which a typed client is made."""
ORDERS = int(os.environ.get("ORDERS", "2"))
"""Orders in which the records of a small population come."""
POPULATION = int(os.environ.get("POPULATION", "500"))
"""People whose records the matching is measured on."""
FOREIGN = int(os.environ.get("FOREIGN", "40"))
"""Inputs of each parser that reads what comes from outside."""
KILLS = int(os.environ.get("KILLS", "2"))
"""Kills of a command for each kind of file that it reads."""
HOSTILE = bool(os.environ.get("HOSTILE"))
"""Whether each field of a file meets every text that may stop a reading, or one of them in turn."""
