"""Input of Apollo's own composition, which the tests run in Node."""

from __future__ import annotations

from collections.abc import Iterable

from hub.federation.compose.composer import Source


def apollo_composition(sources: Iterable[Source]) -> dict[str, object]:
    """One composition for `read.cjs`."""
    return {"services": [{"name": source.name, "url": source.url, "typeDefs": source.sdl} for source in sources]}
