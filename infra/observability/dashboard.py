"""The dashboard of Grafana, `dashboard.json`, written from a table of its panels by `make generated`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("dashboard.json")
WIDTH, HEIGHT, COLUMNS = 12, 8, 2


class Panel(NamedTuple):
    """A graph: its title in French, the expressions with their legends, and the unit of Grafana."""

    title: str
    expressions: Mapping[str, str]
    unit: str = "short"


def _quantile(share: float, metric: str, by: str = "") -> str:
    return f"histogram_quantile({share}, sum by (le{by}) (rate({metric}_bucket[5m])))"


PANELS = (
    Panel("Requêtes par issue", {"{{outcome}}": "sum by (outcome) (rate(spie_requests_total[5m]))"}, "reqps"),
    Panel(
        "Requêtes par sorte d'acteur et finalité",
        {"{{actor_kind}} {{purpose}}": "sum by (actor_kind, purpose) (rate(spie_requests_total[5m]))"},
        "reqps",
    ),
    Panel(
        "Durée d'une requête",
        {f"{share:.0%}": _quantile(share, "spie_request_seconds") for share in (0.5, 0.95, 0.99)},
        "s",
    ),
    Panel("Durée par étape (95 %)", {"{{stage}}": _quantile(0.95, "spie_stage_seconds", ", stage")}, "s"),
    Panel("Erreurs par code", {"{{code}}": "sum by (code) (rate(spie_request_errors_total[5m]))"}, "reqps"),
    Panel(
        "HTTP par adresse et statut",
        {"{{route}} {{status}}": "sum by (route, status) (rate(spie_http_seconds_count[5m]))"},
        "reqps",
    ),
    Panel(
        "Sous-graphes : durée (95 %)",
        {"{{subgraph}}": _quantile(0.95, "spie_subgraph_call_seconds", ", subgraph")},
        "s",
    ),
    Panel(
        "Sous-graphes : erreurs, et ceux laissés au repos",
        {
            "{{subgraph}} {{code}}": "sum by (subgraph, code) (rate(spie_subgraph_errors_total[5m]))",
            "repos {{subgraph}}": "spie_subgraph_circuit_open",
        },
    ),
    Panel(
        "Connexions à la base",
        {
            "{{role}} {{state}}": "sum by (role, state) (spie_pool_connections)",
            "{{role}} attendent": "sum by (role) (spie_pool_waiting)",
        },
    ),
    Panel("Énoncés par rôle", {"{{role}}": "sum by (role) (rate(spie_statements_total[5m]))"}, "ops"),
    Panel(
        "Journal : retard, et durée d'un lot (95 %)",
        {"retard": "max(spie_journal_lag_seconds)", "lot": _quantile(0.95, "spie_journal_commit_seconds")},
        "s",
    ),
    Panel(
        "Journal : ce qui attend, ce que nul point ne couvre",
        {"attendent": "sum(spie_journal_waiting)", "sans point de contrôle": "sum(spie_journal_unsigned_entries)"},
    ),
    Panel("Caches", {"{{cache}}": "sum by (cache) (spie_cache_bytes)"}, "bytes"),
    Panel(
        "Limites : refus",
        {
            "requêtes ({{of}})": "sum by (of) (rate(spie_requests_refused_total[5m]))",
            "demandes en vain": "sum(rate(spie_misses_refused_total[5m]))",
            "recherche nationale": "sum(rate(spie_found_refused_total[5m]))",
        },
        "reqps",
    ),
    Panel(
        "Sources : depuis leur dernier succès",
        {"{{source}}": "time() - max by (source) (spie_source_last_success_timestamp_seconds)"},
        "s",
    ),
    Panel("Envois en attente", {"{{system}}": "max by (system) (spie_outgoing_waiting)"}),
    Panel("Mémoire des processus", {"{{process}}": "process_resident_memory_bytes"}, "bytes"),
    Panel("Processeur", {"{{process}}": "rate(process_cpu_seconds_total[5m])"}),
)


def dashboard() -> dict[str, Any]:
    """The dashboard, for Grafana's import."""
    return {
        "title": "Hub SPIE",
        "uid": "spie-hub",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus", "label": "Source"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, COLUMNS)
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend, "datasource": source}
            for place, (legend, expression) in enumerate(panel.expressions.items())
        ],
    }


def generated() -> Mapping[Path, str]:
    """The file of the dashboard."""
    return {FILE: json.dumps(dashboard(), ensure_ascii=False, indent=1) + "\n"}
