"""How old the keys of a process are, and which are late, each time that its metrics are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from infra.key_ages import key_ages
from infra.keys import Keys


def key_metrics(keys: Keys) -> Iterator[Metric]:
    """The age of each key of the process, and whether it is late."""
    now = datetime.now(UTC)
    age = GaugeMetricFamily("spie_key_age_seconds", "Age of a key.", labels=["key"])
    late = GaugeMetricFamily("spie_key_late", "1 if it, or its previous one, outlived its end.", labels=["key"])
    for key in key_ages(keys.directory, keys.values):
        age.add_metric([key.name], (now - key.made_at).total_seconds())
        late.add_metric([key.name], int(key.is_late(now)))
    yield from (age, late)
