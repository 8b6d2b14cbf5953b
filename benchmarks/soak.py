"""`python -m benchmarks.soak`: whether a hub stays as it is for an hour at most of what it can take.

It serves the bench's database (`hub serve --workers`, with `REDIS_URL`; without it, one process), finds out how many
requests a second it answers, and sends `--load` of that for `--minutes`, at even distances whatever the answers take.
Meanwhile référents read their changes, a flux of the CNAF is ingested each minute, and keys are rotated, each rotation
followed by SIGHUP. The hub's log goes to `--log`. A line a minute tells requests, errors, latencies from the moment at
which a request was due, and the memory of the hub's processes and of its back ends. It ends with 1 if the hub did not
stay as it was.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import orjson
import uvloop
from joserfc import jwk

from benchmarks import writes
from benchmarks.bench_hub import AUDIENCE, ISSUER, PURPOSE, REFERENT, headers
from benchmarks.dataset import SIRET, bench_address, identifier, prepare
from benchmarks.flux_file import foyers_of, write_flux
from benchmarks.growth import ActorRequest, Drawn
from benchmarks.http_client import Client
from hub.cli.local_database import CLUSTER
from hub.cli.options import KEYS, ROOT
from hub.graph import Graph, load_graph
from infra.database import administrator
from infra.keys import Keys
from infra.roles import without_user

MIX = {"journey": 8, "list": 4, "search": 3, "record": 3, "day": 2}
"""How often each kind of request comes (`benchmarks.growth`)."""
CONNECTIONS = 32
MINUTE = 60.0
READERS = 5
"""Référents who read their changes, each every `BETWEEN_CHANGES` seconds."""
BETWEEN_CHANGES = 5.0
INGESTED = 200
"""People in the flux of each minute; the same come again with another state."""
ROTATED = ("context-people", "cursors", "context-offers", "journal", "context-appointments", "subscriptions")
"""Keys that are rotated, one after the other at even distances."""
GROWTH, SLOWER = 1.1, 1.5
"""Most that memory, and the 99th centile of latencies, may grow from the second quarter of the time to the last."""


class Answering(Client):
    """A connection that keeps the last answer."""

    def __init__(self) -> None:
        super().__init__()
        self.body = b""

    def on_body(self, part: bytes) -> None:
        """Called by the parser."""
        self.body += part


@dataclass(slots=True)
class Minute:
    """What a minute took: seconds of each answer, and errors by status or code; memory in MB at its end."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    hub: float = 0.0
    back_ends: float = 0.0

    @property
    def centiles(self) -> tuple[float, float]:
        """The 50th and the 99th centile, in milliseconds."""
        hundredths = quantiles(self.latencies, n=100)
        return 1000 * hundredths[49], 1000 * hundredths[98]


@dataclass
class Soak:
    """A hub of this database that is served at `host` and `port`, and what it was asked."""

    host: str
    port: int
    process: asyncio.subprocess.Process
    database: str
    minute: Minute = field(default_factory=Minute)
    idle: list[Answering] = field(default_factory=list)

    async def ask(self, request: ActorRequest, due: float | None = None) -> bytes:
        """Send a request; what it took counts from when it was due."""
        begun = time.monotonic() if due is None else due
        actor, document, variables = request
        body = orjson.dumps({"query": document, "variables": variables})
        lines = {"host": f"{self.host}:{self.port}", "content-type": "application/json", **actor}
        lines["content-length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        message = f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + body
        try:
            status, answer = await self._exchange(message)
        except ConnectionError:
            self.minute.errors["connection closed"] += 1
            return b""
        self.minute.latencies.append(time.monotonic() - begun)
        if status != 200 or b'"errors"' in answer:
            self.minute.errors[_code(answer) if status == 200 else str(status)] += 1
        return answer

    async def _exchange(self, message: bytes) -> tuple[int, bytes]:
        """The status and the body of an answer; once more on a new connection if the server closed an idle one as the
        request left."""
        while True:
            connection, used = await self._connection()
            try:
                status = await connection.ask(message)
            except ConnectionError:
                if used and not connection.body:
                    continue
                raise
            self.idle.append(connection)
            return status, connection.body

    async def _connection(self) -> tuple[Answering, bool]:
        """A connection without an answer yet, and whether it was used before."""
        while self.idle:
            connection = self.idle.pop()
            if not connection.closed:
                connection.body = b""
                return connection, True
        return (await asyncio.get_running_loop().create_connection(Answering, self.host, self.port))[1], False


def _code(body: bytes) -> str:
    return str(orjson.loads(body)["errors"][0].get("extensions", {}).get("code", "?"))


async def capacity(soak: Soak, drawn: Iterator[ActorRequest], seconds: float) -> float:
    """Requests a second of a hub that is asked as fast as it answers; the first half warms it up."""
    counts = []
    for _ in range(2):
        soak.minute, end = Minute(), time.monotonic() + seconds / 2

        async def client(end: float = end) -> None:
            while time.monotonic() < end:
                await soak.ask(next(drawn))

        await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
        counts.append(len(soak.minute.latencies))
    return counts[-1] / (seconds / 2)


async def load(soak: Soak, drawn: Iterator[ActorRequest], rate: float, end: float) -> None:
    """Send so many requests a second until the end."""
    due, sent = time.monotonic(), set[asyncio.Task[bytes]]()
    while due < end:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        task = asyncio.create_task(soak.ask(next(drawn), due))
        sent.add(task)
        task.add_done_callback(sent.discard)
        due += 1 / rate
    await asyncio.gather(*sent)


async def follow(soak: Soak, reader: Mapping[str, str], end: float) -> None:
    """Read somebody's changes from the first one on."""
    since = None
    while time.monotonic() < end:
        answer = await soak.ask((reader, writes.CHANGES, {"after": since}))
        page = (orjson.loads(answer or b"{}").get("data") or {}).get("page")
        if page is None:
            continue  # it was counted as an error
        since = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            await asyncio.sleep(BETWEEN_CHANGES)


async def ingest(soak: Soak, folder: Path, environment: Mapping[str, str], keys: Path, end: float) -> None:
    """Read a flux each minute, of the day after that of the one before."""
    number = 0
    while time.monotonic() < end:
        begun, path = time.monotonic(), folder / f"flux-{number}.xml"
        write_flux(
            path, foyers_of(range(INGESTED)), date(2026, 11, 1) + timedelta(days=number), suspended=number % 2 > 0
        )
        soak.minute.errors += await _command(environment, "ingest", "cnaf-flux", path, "--keys", keys)
        path.unlink()
        number += 1
        await asyncio.sleep(max(0.0, min(begun + MINUTE, end) - time.monotonic()))


async def rotate(soak: Soak, environment: Mapping[str, str], keys: Path, seconds: float) -> None:
    """Rotate the keys in turn; all processes read them again."""
    for name in ROTATED:
        await asyncio.sleep(seconds / (len(ROTATED) + 1))
        soak.minute.errors += await _command(environment, "keys", "rotate", name, "--keys", keys)
        soak.process.send_signal(signal.SIGHUP)


async def _command(environment: Mapping[str, str], *arguments: object) -> Counter[str]:
    """Run a command of `hub`; what it ended with, unless with 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.cli", *map(str, arguments), env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    code = await process.wait()
    return Counter({f"hub {arguments[0]} ended with {code}": 1} if code else {})


async def report(soak: Soak, minutes: list[Minute], end: float) -> None:
    """Print and keep each minute."""
    while time.monotonic() < end:
        await asyncio.sleep(min(MINUTE, max(0.1, end - time.monotonic())))
        ended, soak.minute = soak.minute, Minute()
        ended.hub, ended.back_ends = _memory(soak.process.pid, soak.database)
        minutes.append(ended)
        middle, high = ended.centiles
        print(
            f"{len(minutes):3} min: {len(ended.latencies):6} requests, p50 {middle:.1f} ms, p99 {high:.1f} ms, "
            f"hub {ended.hub:.0f} MB, back ends {ended.back_ends:.0f} MB, errors {dict(ended.errors) or 'none'}",
            flush=True,
        )


def _memory(pid: int, database: str) -> tuple[float, float]:
    """Memory (Pss), in MB, of a process and its descendants, and of the back ends of their database."""
    parents, names = dict[int, int](), dict[int, str]()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            names[int(path.name)] = (path / "cmdline").read_text()
        except OSError:  # it ended meanwhile
            continue

    def descends(process: int | None) -> bool:
        while process is not None and process != pid:
            process = parents.get(process)
        return process == pid

    hub = sum(_proportional(process) for process in parents if descends(process))
    served = (process for process, name in names.items() if name.startswith("postgres:") and f" {database} " in name)
    return hub, sum(map(_proportional, served))


def _proportional(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def verdict(minutes: Sequence[Minute]) -> list[str]:
    """What did not stay as it was; the first quarter warms up."""
    quarter = max(1, len(minutes) // 4)
    early, late = minutes[quarter : 2 * quarter] or minutes[:1], minutes[-quarter:]
    errors = sum((minute.errors for minute in minutes), Counter[str]())
    problems = [f"errors: {dict(errors)}"] if errors else []
    for name in ("hub", "back_ends"):
        before, after = (max(getattr(minute, name) for minute in part) for part in (early, late))
        if after > GROWTH * before:
            problems.append(f"memory of {name}: {before:.0f} MB, then {after:.0f}")
    before, after = (max(minute.centiles[1] for minute in part) for part in (early, late))
    if after > SLOWER * before:
        problems.append(f"99th centile: {before:.1f} ms, then {after:.1f}")
    return problems


def _settings(folder: Path, key: jwk.OKPKey) -> Path:
    (folder / "issuer.jwks.json").write_bytes(orjson.dumps({"keys": [key.as_dict(private=False)]}))
    path = folder / "settings.toml"
    lines = (
        f'audience = "{AUDIENCE}"',
        "[requests]",
        *(f"{name} = 1_000_000_000" for name in ("actor", "organisation", "application")),
        "[[issuers]]",
        f'issuer = "{ISSUER}"',
        'algorithm = "Ed25519"',
        'keys = "issuer.jwks.json"',
        "[[agreements]]",
        f'organisation = "{SIRET}"',
        f'purposes = ["{PURPOSE}"]',
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _requests(drawn: Drawn) -> Iterator[ActorRequest]:
    random = Random(0)  # noqa: S311 - the same requests each time
    kinds, weights = list(MIX), list(MIX.values())
    while True:
        (name,) = random.choices(kinds, weights)
        yield drawn.kinds[name][1]()


async def run(graph: Graph, url: str, people: int, options: argparse.Namespace, folder: Path) -> list[str]:
    """Run it; return what did not stay as it was."""
    keys = folder / "keys"
    shutil.copytree(options.keys, keys)  # rotations are of a copy
    await prepare(url, people, Keys.load(keys))
    key = jwk.OKPKey.generate_key("Ed25519", {"kid": "bench"})
    environment = {**os.environ, "DATABASE_URL": without_user(url)}
    workers = ["--workers", str(options.workers)] if options.workers > 1 else []
    serve = ["serve", "--port", "0", "--settings", str(_settings(folder, key)), "--keys", str(keys), *workers]
    with options.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.cli", *serve, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
        )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        host, port = line.rpartition("http://")[2].strip().split(":")
        soak, drawn = (
            Soak(host, int(port), process, urlsplit(url).path[1:]),
            Drawn(graph, lambda actor: headers(key, actor), people),
        )
        requests = _requests(drawn)
        rate = options.load * await capacity(soak, requests, options.seconds)
        print(f"{rate:.0f} requests a second, {options.load:.0%} of what it answers", flush=True)
        minutes, seconds = list[Minute](), options.minutes * MINUTE
        soak.minute, end = Minute(), time.monotonic() + seconds
        readers = [headers(key, {**REFERENT, "agent": identifier("agent", number)}) for number in range(READERS)]
        administering = {**os.environ, "DATABASE_URL": url}
        await asyncio.gather(
            load(soak, requests, rate, end),
            *(follow(soak, reader, end) for reader in readers),
            ingest(soak, folder, administering, keys, end),
            *([rotate(soak, environment, keys, seconds)] if workers else []),
            report(soak, minutes, end),
        )
        return verdict(minutes)
    finally:
        process.terminate()
        await process.wait()


def main(arguments: list[str]) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--load", type=float, default=0.8)
    parser.add_argument("--seconds", type=float, default=20, help="in which it is found out what the hub answers")
    parser.add_argument("--workers", type=int, default=2 if os.environ.get("REDIS_URL") else 1)
    parser.add_argument("--keys", type=Path, default=KEYS)
    parser.add_argument("--log", type=Path, default=Path("soak.log"))
    options = parser.parse_args(arguments)
    graph = load_graph()
    with (
        administrator(os.environ.get("DATABASE_URL"), CLUSTER, ROOT, Keys.load(options.keys)) as admin,
        TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        problems = runner.run(run(graph, bench_address(admin), options.people, options, Path(folder)))
    print("\n".join(problems) or "it stayed as it was")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main(sys.argv[1:])
