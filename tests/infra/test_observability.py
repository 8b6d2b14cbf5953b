"""The rules, the dashboard and the documentation speak of metrics that the hub tells, and of all of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from hub.observability.metric_settings import ROLES
from infra.observability.dashboard import FILE, PANELS, generated
from tests.conftest import ROOT

FOLDER = ROOT / "infra" / "observability"
TOLD = re.compile(r'"(spie_[a-z_]+)"')
NAMED = re.compile(r"\b(spie_[a-z_]+)\b")
SUFFIX = re.compile(r"_(total|bucket|count|sum)$")


def families() -> set[str]:
    """The names of all metrics of the hub, without what the text format adds."""
    sources = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "hub").rglob("*.py"))]
    names = {name for source in sources if "prometheus_client" in source for name in TOLD.findall(source)}
    assert len(names) > 40
    return {SUFFIX.sub("", name) for name in names}


@pytest.mark.parametrize("path", ["rules.yml", "rules_test.yml", "dashboard.json"])
def test_every_metric_that_is_asked_for_is_told(path: str) -> None:
    named = {SUFFIX.sub("", name) for name in NAMED.findall((FOLDER / path).read_text(encoding="utf-8"))}
    assert named
    assert named - families() == set()


def test_every_metric_is_documented_and_no_other() -> None:
    page = (ROOT / "docs" / "exploitation.md").read_text(encoding="utf-8")
    assert {SUFFIX.sub("", name) for name in NAMED.findall(page)} == families()


def test_prometheus_reads_every_process() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert [target["labels"]["process"] for target in job["static_configs"]] == list(ROLES)


def test_each_part_of_the_collector_that_is_used_is_there() -> None:
    config = yaml.safe_load((FOLDER / "collector.yml").read_text(encoding="utf-8"))
    for pipeline in config["service"]["pipelines"].values():
        assert all(part in config[kind] for kind, parts in pipeline.items() for part in parts)


def test_the_dashboard_is_the_one_of_its_table() -> None:
    assert generated() == {FILE: FILE.read_text(encoding="utf-8")}
    assert len({panel.title for panel in PANELS}) == len(PANELS)


@pytest.mark.parametrize("command", [("check", "config", "prometheus.yml"), ("test", "rules", "rules_test.yml")])
def test_promtool_finds_nothing_wrong_with_the_rules(command: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool absent (Debian package of that name): it checks the rules of Prometheus")
    done = subprocess.run([promtool, *command], cwd=Path(FOLDER), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
