"""The status of the sources as metrics: which are late or failing, and what their last runs read and refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from hub.runs.source_status import SourceStatus


def source_metrics(statuses: Iterable[SourceStatus]) -> Iterator[Metric]:
    """Each metric with its samples by source."""
    state = GaugeMetricFamily("spie_source_state", "1 for the state of a source.", labels=["source", "state"])
    late = GaugeMetricFamily("spie_source_late", "1 if a source with a rhythm is late, else 0.", labels=["source"])
    success = GaugeMetricFamily(
        "spie_source_last_success_timestamp_seconds", "When it last succeeded.", labels=["source"]
    )
    records = GaugeMetricFamily("spie_source_records", "Records of its last run.", labels=["source", "outcome"])
    refusals = GaugeMetricFamily("spie_source_refusals", "Refusals of its last run.", labels=["source", "code"])
    for status in statuses:
        state.add_metric([status.source, status.state.value], 1)
        if status.rhythm is not None:
            late.add_metric([status.source], int(status.late))
        if status.succeeded_at is not None:
            success.add_metric([status.source], status.succeeded_at.timestamp())
        if status.last is not None:
            for outcome, count in sorted(status.last.counts.items()):
                records.add_metric([status.source, outcome], count)
            for code, count in sorted(status.last.refusals.items()):
                refusals.add_metric([status.source, code], count)
    yield from (state, late, success, records, refusals)
