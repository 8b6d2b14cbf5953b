"""The metrics of the processes that commands start, where the settings want them."""

from __future__ import annotations

from collections.abc import Collection

import typer

from hub.http.metrics import MetricsListener
from hub.observability.meters import Meters
from hub.settings import Settings


def metrics_of(settings: Settings | None, role: str, words: Collection[str] = ()) -> MetricsListener | None:
    """The listener of the process of this role, whose address is told on the standard error; None if the settings give
    it no port. Raises StartRefused (METRICS_ADDRESS)."""
    chosen = None if settings is None else settings.metrics
    if chosen is None or role not in chosen.ports:
        return None
    listener = MetricsListener(Meters(role, words), chosen.host, chosen.ports[role], chosen.token)
    typer.echo(f"Métriques sur {listener.url}", err=True)
    return listener


def meters_of(listener: MetricsListener | None) -> Meters | None:
    """The meters that a listener tells."""
    return None if listener is None else listener.meters
