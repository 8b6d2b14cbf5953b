"""What we ship to run the hub elsewhere: the proxy is run, the rest is read by the tools whose files it is."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

from demo.token_issuer import Issuer
from hub.document.exchange import LiveEvent, Reply, Request
from hub.http.asgi import AsgiApplication
from hub.http.bodies import MAX_BODY
from hub.http.endpoint import GraphQLEndpoint
from hub.pages.docs_page import NAMES
from hub.version import GIT, checked_out
from infra.shared_state.place import Place
from infra.shared_state.server_state import ServerState
from tests.conftest import ROOT, Database
from tests.infra.test_pgbouncer import wait_for
from tests.shared_states import until
from tests.threaded_server import listening
from tests.valkey import binary

INFRA = ROOT / "infra"
UNIT = INFRA / "systemd" / "spie-hub@.service"
PAGE = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
COMPOSE = INFRA / "container" / "compose.yaml"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
CONTAINER = (INFRA / "container" / "Containerfile").read_text(encoding="utf-8")


def program(name: str) -> str:
    """The path of a program; the test is skipped where it is not installed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    return found or pytest.skip(f"« {name} » is not installed")


def test_the_image_holds_locked_packages_alone_and_runs_as_nobody_known() -> None:
    installs = re.findall(r"pip install (.*)", CONTAINER)
    assert len(installs) == 2
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert CONTAINER.index("USER 10001") > CONTAINER.rindex("RUN ")


def test_the_environment_of_the_image_keeps_no_installer() -> None:
    built = CONTAINER.partition("COPY --from=build")[0]
    assert re.search(r"pip uninstall .* pip$", built, re.MULTILINE)
    assert built.rindex("pip install") < built.rindex("pip uninstall")


def test_the_package_holds_each_file_once_and_all_that_serves() -> None:
    files = [file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()]
    assert len(files) == len(set(files))
    served = ["hub/cli/__main__.py", "schema/policies/purposes.toml", "spie_hub_client/__init__.py"]
    assert set(served) <= set(files)
    assert {file.partition("/")[0] for file in files} == {
        "benchmarks", "clients", "demo", "docs", "hub", "infra", "schema", "spie_hub_client", "subgraphs",
    }  # fmt: skip
    assert {f"docs/{name}.md" for name in NAMES} <= set(files)


def test_the_package_tells_the_commit_that_it_is_made_of(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as package:
        digits = package.read("hub/commit.txt").decode() if "hub/commit.txt" in package.namelist() else None
    assert digits == checked_out(GIT)
    assert [path.name for path in tmp_path.iterdir()] == [Path(wheel).name]


def test_what_is_installed_has_all_that_a_setting_may_ask_and_nothing_of_a_client() -> None:
    """Traces, and the programs of a backup; not Parquet, which `hub export` writes where a client runs it."""
    locks = {path.stem: set(re.findall(r"^([\w.-]+)==", path.read_text(), re.MULTILINE)) for path in LOCKS}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    packages = {name: {re.split(r"[>=<]", package)[0] for package in extra} for name, extra in extras.items()}
    assert locks["base"] | packages["otel"] | packages["embedded"] <= locks["server"]
    assert not packages["parquet"] & locks["server"]
    for text in (PAGE, CONTAINER):
        assert set(re.findall(r"--require-hashes -r \S*/(\w+)\.txt", text)) == {"server"}


def test_the_page_names_each_file_that_its_reader_writes() -> None:
    """In a sentence too: what stands behind the language of a block is not shown."""
    files = re.findall(r"^```\w+ (/\S+)$", PAGE, re.MULTILINE)
    assert files
    assert [name for name in files if f"`{name}`" not in PAGE] == []


def test_no_secret_is_an_argument_or_a_value_of_what_is_shipped() -> None:
    for path in (COMPOSE, UNIT, INFRA / "kubernetes" / "spie-hub.yaml"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"(?i)(?:password|token|secret)[\w-]*=\S+", text) == []
        assert re.findall(r"//[^/\s]*@", text) == []


@contextmanager
def stopped_at_the_end(command: list[str]) -> Iterator[None]:
    """A process that runs meanwhile."""
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


async def test_the_shared_state_of_compose_answers_at_the_address_that_its_hub_is_given(tmp_path: Path) -> None:
    """The server of compose, by its command, and the hub's own reading of REDIS_URL."""
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    folder = next(row.partition(":")[2] for row in services["valkey"]["volumes"])
    assert f"state:{folder}" in services["hub"]["volumes"]
    assert services["valkey"]["user"].partition(":")[0] == re.findall(r"^USER (\d+)$", CONTAINER, re.MULTILINE)[0]
    server = binary() or pytest.skip("no Valkey is installed")
    _, *options = (option.replace(folder, str(tmp_path)) for option in services["valkey"]["command"])
    state = ServerState(Place(services["hub"]["environment"]["REDIS_URL"].replace(folder, str(tmp_path))), b"k" * 32)
    with stopped_at_the_end([server, *options, "--dir", str(tmp_path)]):
        async with state.running():
            await until(lambda: state.is_open)


def test_compose_has_every_option_that_the_page_gives_it() -> None:
    compose = program("docker-compose")
    lines = re.findall(r"^docker compose -f \S+ (\w+) (.*)$", PAGE, re.MULTILINE)
    assert lines
    for verb, words in lines:
        options = re.findall(r"(?:^|(?<= ))--?[a-zA-Z-]+(?= |$)", words.partition(" postgresql ")[0])
        known = subprocess.run([compose, verb, "--help"], capture_output=True, text=True).stdout
        assert [option for option in options if not re.search(rf"(?<![\w-]){option}\b", known)] == []


def test_compose_reads_its_file() -> None:
    command = [program("docker-compose"), "-f", str(COMPOSE), "config", "--quiet"]
    read = subprocess.run(command, capture_output=True, text=True)
    assert (read.returncode, read.stderr) == (0, "")


def test_every_service_but_the_database_is_read_only_and_holds_no_capability() -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    closed = {name for name, row in services.items() if row.get("read_only") and row.get("cap_drop") == ["ALL"]}
    assert set(services) - closed == {"postgresql"}
    assert [name for name, row in services.items() for port in row.get("ports", ()) if "127.0.0.1:" not in port] == []


def test_systemd_reads_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    copy = tmp_path / "spie-hub@all.service"
    copy.write_text(re.sub("ExecStart=/opt/spie-hub/bin/hub", "ExecStart=/bin/true", UNIT.read_text("utf-8")), "utf-8")
    verified = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    command = [analyze, "security", "--offline=true", "--threshold=15", str(copy)]
    judged = subprocess.run(command, capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout


def test_the_driver_of_postgresql_asks_nothing_of_the_home_that_the_unit_hides(tmp_path: Path) -> None:
    hidden = tmp_path / "home"
    hidden.mkdir(mode=0o000)
    by_unit = dict(re.findall(r"^Environment=(\w+)=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE))
    account: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        opening = f"connect('postgresql://127.0.0.1:{deaf.getsockname()[1]}/spie')"
        command = [sys.executable, "-c", f"import asyncio; from infra.connecting import *; asyncio.run({opening})"]
        environment = {"HOME": str(hidden), **by_unit, "PYTHONPATH": str(ROOT)}
        opened = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, **account)
    assert opened.stderr.splitlines()[-1].startswith("ConnectionRefusedError"), opened.stderr


def test_the_unit_serves_under_its_account_after_the_steps_of_the_page(
    fresh_database: Database, tmp_path: Path
) -> None:
    """The commands of the page that are the hub's, then `ExecStart`, as an account that owns nothing but its folder."""
    owner = fresh_database.cluster.socket.stat()
    account: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    site = fresh_database.cluster.socket / f"site-{tmp_path.name}"
    site.mkdir(mode=0o700)
    settings = Issuer(tmp_path).write_settings({})
    try:
        shutil.copytree(settings.parent, site, dirs_exist_ok=True)
        (site / settings.name).rename(site / "settings.toml")
        shutil.copytree(fresh_database.keys.directory, site / "keys", dirs_exist_ok=True)
        for path in (site, *site.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)

        def command(line: str, **more: str) -> list[str]:
            line = line.replace("/opt/spie-hub/bin/hub", f"{sys.executable} -m hub.cli")
            line = line.replace("/etc/spie-hub", str(site)).replace("%i", "all")
            return [part.replace("${PORT}", more.get("port", "")) for part in line.split()]

        served = PAGE.partition("\n### ")[0]
        steps = re.findall(
            r"^runuser -u spie-hub -- (?:sh -c '.*exec )?(/opt/spie-hub/bin/hub [^'\n]*)'?$", served, re.MULTILINE
        )
        assert [step.split()[1] for step in steps] == ["keys", "database", "settings"]
        clean = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT}/clients/python", "PYTHONDONTWRITEBYTECODE": "1"}
        for step in steps:
            administering = {**clean, "DATABASE_URL": fresh_database.admin_dsn}
            subprocess.run(command(step), env=administering, cwd="/", check=True, capture_output=True, **account)
        (start,) = re.findall(r"^ExecStart=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)
        serving = {**clean, "DATABASE_URL": fresh_database.place}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(f"\0{site}")
        manager.settimeout(60)
        serving["NOTIFY_SOCKET"] = f"@{site}"
        with (tmp_path / "log").open("w") as log:
            running = subprocess.Popen(
                command(start, port=str(port)), env=serving, cwd="/", stdout=log, stderr=log, **account
            )
        try:
            with manager:
                assert manager.recv(16) == b"READY=1"
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
                assert client.get("/readyz").status_code == 200
                assert client.post("/graphql", json={"query": "{ __typename }"}).status_code == 401
        finally:
            running.terminate()
            assert running.wait(20) == -signal.SIGTERM
    finally:
        shutil.rmtree(site)


class Hub(AsgiApplication):
    """The hub's application over an answer of its own."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing is opened."""
        yield


async def answer(request: Request) -> Reply:
    return Reply.of({"people": [{"lastName": "Canari"}] * 500}, [], {}, request.trace)


class Slow:
    """A live query whose second answer comes once the first one was seen at the other end."""

    def __init__(self) -> None:
        self.seen = Event()

    async def events(self, request: Request) -> AsyncIterator[LiveEvent | None]:
        yield LiveEvent(Reply.of({"a": 1}, [], {}, request.trace), "first")
        await asyncio.to_thread(self.seen.wait, 20)
        yield LiveEvent(Reply.of({"a": 2}, [], {}, request.trace), None)


@contextmanager
def nginx(upstream: str, folder: Path) -> Iterator[int]:
    """The proxy of our file in front of this hub; yields its port."""
    command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([program("openssl"), *command, *names, *files], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    site = (INFRA / "nginx" / "spie-hub.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", upstream.partition("://")[2]),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/spie-hub/tls", str(folder)),
    ):
        assert old in site
        site = site.replace(old, new)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = f"daemon off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{paths}{site}\n}}\n"
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(
            [program("nginx"), "-e", "stderr", "-c", str(folder / "nginx.conf")], stdout=log, stderr=log
        )
    try:
        wait_for(port, running, folder / "log")
        yield port
    finally:
        running.terminate()
        running.wait(10)


async def test_the_proxy_keeps_encryption_bounds_compression_and_streams(tmp_path: Path) -> None:
    slow = Slow()
    app = Hub(GraphQLEndpoint(answer, live=slow.events), [], page=False)
    with listening(app) as url, nginx(url, tmp_path) as port:
        tls = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        async with httpx2.AsyncClient(base_url=f"https://localhost:{port}", verify=tls, timeout=30) as client:
            post = partial(client.post, "/graphql")
            reply = await post(json={"query": "{ people }"}, headers={"accept-encoding": "gzip"})
            assert (reply.status_code, reply.headers["content-encoding"]) == (200, "gzip")
            assert len(reply.json()["data"]["people"]) == 500
            assert "max-age" in reply.headers["strict-transport-security"]
            assert reply.headers["server"] == "nginx"
            large = await post(content=b" " * (MAX_BODY + 1), headers={"content-type": "application/json"})
            assert large.status_code == 413
            fits = await post(
                content=b'{"query": "{ people }"}'.ljust(MAX_BODY), headers={"content-type": "application/json"}
            )
            assert fits.status_code == 200
            async with client.stream(
                "POST", "/graphql", json={"query": "{ a }"}, headers={"accept": "text/event-stream"}
            ) as stream:
                async for line in stream.aiter_lines():
                    if '"a":1' in line:
                        slow.seen.set()
                    if '"a":2' in line:
                        break
                else:
                    raise AssertionError
        tls.set_alpn_protocols(["h2"])
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            tls.wrap_socket(plain, server_hostname="localhost") as encrypted,
        ):
            assert encrypted.selected_alpn_protocol() == "h2"
    assert "Canari" not in (tmp_path / "log").read_text(encoding="utf-8")
