"""The manifests are objects that Kubernetes knows, and say of the hub what its commands and settings say."""

from __future__ import annotations

import re
from inspect import signature
from typing import Any

import pytest
import typer.main
import yaml
from kubernetes_validate import (  # type: ignore[import-untyped]
    ValidationError,
    latest_version,
    validate,
)

from hub.cli.serve import app
from hub.http.observed import ROUTES
from hub.serving import LETTING_GO_SECONDS
from hub.settings import Settings
from tests.conftest import ROOT

INFRA = ROOT / "infra"
OLDEST = "1.32"
"""The oldest version that docs/installation.md names."""
OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all((INFRA / "kubernetes" / "spie-hub.yaml").read_text("utf-8")))
(DEPLOYMENT,) = (row for row in OBJECTS if row["kind"] == "Deployment")
POD = DEPLOYMENT["spec"]["template"]["spec"]
LABELS = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
(HUB,) = POD["containers"]
PORTS = {row["name"]: row["containerPort"] for row in HUB["ports"]}
POLICIES = [row["spec"] for row in OBJECTS if row["kind"] == "NetworkPolicy"]
(OPEN,) = (policy for policy in POLICIES if policy["podSelector"])


def served(arguments: list[str]) -> dict[str, Any]:
    """What `hub serve` understands by these arguments; raises UsageError for one that it doesn't know."""
    assert arguments[0] == "serve"
    return typer.main.get_command(app).make_context("serve", arguments[1:]).params


def image_arguments() -> list[str]:
    """What the image runs when it is told nothing."""
    text = (INFRA / "container" / "Containerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    return [str(argument) for argument in yaml.safe_load(command)]


@pytest.mark.parametrize("version", [OLDEST, latest_version().removesuffix(".0")])
def test_kubernetes_knows_each_object_and_each_of_its_fields(version: str) -> None:
    for row in OBJECTS:
        assert validate(row, version, strict=True) == version
    with pytest.raises(ValidationError):
        validate(DEPLOYMENT | {"spec": DEPLOYMENT["spec"] | {"replica": 2}}, version, strict=True)


def test_the_oldest_version_is_the_one_that_the_page_names() -> None:
    assert f"Kubernetes {OLDEST} ou plus récent" in (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")


def test_pods_write_nothing_and_hold_nothing() -> None:
    assert POD["automountServiceAccountToken"] is False
    assert POD["securityContext"]["runAsNonRoot"] is True
    for container in (*POD["containers"], *POD["initContainers"]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


def test_pods_run_as_the_account_of_the_image() -> None:
    text = (INFRA / "container" / "Containerfile").read_text(encoding="utf-8")
    (account,) = re.findall(r"^USER (\d+)$", text, re.MULTILINE)
    held = POD["securityContext"]
    assert {held["runAsUser"], held["runAsGroup"], held["fsGroup"]} == {int(account)}


def test_the_hub_understands_how_it_is_started_everywhere() -> None:
    in_image, in_pod = served(image_arguments()), served(HUB["args"])
    assert {in_image["port"], in_pod["port"]} == {PORTS["http"]}
    assert {in_image["host"], in_pod["host"]} == {"0.0.0.0"}  # noqa: S104 - what is outside is the network policy's
    mounts = [row["mountPath"] for row in HUB["volumeMounts"]]
    assert str(in_pod["keys"]) in mounts
    assert str(in_pod["settings"].parent) in mounts
    copied = next(row["mountPath"] for row in POD["initContainers"][0]["volumeMounts"] if row["name"] == "keys")
    assert copied == str(in_pod["keys"])


def test_each_port_is_the_same_wherever_it_is_said() -> None:
    http = PORTS["http"]
    assert f"EXPOSE {http}\n" in (INFRA / "container" / "Containerfile").read_text(encoding="utf-8")
    assert f"server 127.0.0.1:{http};" in (INFRA / "nginx" / "spie-hub.conf").read_text(encoding="utf-8")
    compose = yaml.safe_load((INFRA / "container" / "compose.yaml").read_text(encoding="utf-8"))
    assert compose["services"]["hub"]["ports"] == [f"127.0.0.1:{http}:{http}"]
    (job,) = yaml.safe_load((INFRA / "observability" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    (target,) = (row["targets"] for row in job["static_configs"] if row["labels"]["process"] == "hub")
    assert target == [f"127.0.0.1:{PORTS['metrics']}"]


def test_pods_are_probed_where_the_hub_answers() -> None:
    probes = {name: HUB[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    paths = {name: probe["path"] for name, probe in probes.items()}
    assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert set(paths.values()) <= ROUTES
    assert {probe["port"] for probe in probes.values()} == {"http"}


def test_a_pod_that_ends_has_the_time_to_answer_what_it_began() -> None:
    deadline = signature(Settings).parameters["deadline"].default
    needed = HUB["lifecycle"]["preStop"]["sleep"]["seconds"] + LETTING_GO_SECONDS + deadline
    assert POD["terminationGracePeriodSeconds"] > needed


def test_one_pod_serves_while_another_is_replaced() -> None:
    (budget,) = (row["spec"] for row in OBJECTS if row["kind"] == "PodDisruptionBudget")
    assert 0 < budget["minAvailable"] < DEPLOYMENT["spec"]["replicas"]
    assert DEPLOYMENT["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_all_that_chooses_pods_chooses_these() -> None:
    (service,) = (row["spec"] for row in OBJECTS if row["kind"] == "Service")
    (budget,) = (row["spec"] for row in OBJECTS if row["kind"] == "PodDisruptionBudget")
    (spread,) = POD["topologySpreadConstraints"]
    assert service["selector"] == LABELS
    for chooser in (DEPLOYMENT["spec"]["selector"], budget["selector"], spread["labelSelector"], OPEN["podSelector"]):
        assert chooser == {"matchLabels": LABELS}
    assert [row["targetPort"] for row in service["ports"]] == ["http"]


def test_the_network_of_pods_is_closed_by_default() -> None:
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in POLICIES


def test_each_port_is_open_to_whom_it_is_for_and_to_nobody_else() -> None:
    comes = {
        (rule["from"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for rule in OPEN["ingress"]
        for port in rule["ports"]
    }
    assert comes == {("ingress", "http"), ("monitoring", "metrics")}
    assert {port for _, port in comes} == set(PORTS)
    assert all(len(rule["from"]) == 1 for rule in OPEN["ingress"])
    goes = {
        next(iter(place["podSelector"]["matchLabels"].values())): [port["port"] for port in rule["ports"]]
        for rule in OPEN["egress"]
        for place in rule.get("to", ())
        if "podSelector" in place
    }
    assert goes == {"postgresql": [5432], "pgbouncer": [6432], "valkey": [6379], "opentelemetry-collector": [4318]}
    anywhere = [rule["ports"] for rule in OPEN["egress"] if "to" not in rule]
    assert anywhere == [[{"port": 443}]]
