"""The metrics of the processes that commands start, where the settings want them."""

from __future__ import annotations

import logging
from collections.abc import Collection

from hub.http.metrics import MetricsListener
from hub.observability.meters import Meters
from hub.settings import Settings

log = logging.getLogger(__name__)


def metrics_of(
    settings: Settings | None, role: str, words: Collection[str] = (), number: int | None = None
) -> MetricsListener | None:
    """The listener of the process of this role, whose address is logged; None if the settings give it no port. Raises
    StartRefused (METRICS_ADDRESS).

    The worker of this `number`, from 1, has a port of its own, after those of the workers before it.
    """
    chosen = None if settings is None else settings.metrics
    if chosen is None or role not in chosen.ports:
        return None
    listener = MetricsListener(Meters(role, words), chosen.host, chosen.ports[role], chosen.token, number)
    log.info("metrics at %s", listener.url)
    return listener


def meters_of(listener: MetricsListener | None) -> Meters | None:
    """The meters that a listener tells."""
    return None if listener is None else listener.meters
