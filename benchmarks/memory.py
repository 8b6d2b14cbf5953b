"""`python -m benchmarks.memory`: the memory of a hub and of its back ends while documents come that never come again.

It starts the demonstration (`make demo`, on `--port`), sends `--documents` distinct documents of up to 100 KB as the
actor of the demonstration who reads most, and prints a line each `--every`: the hub's resident memory, the greatest and
the total private memory of its back ends (`Pss`), and the bytes that its caches say that they hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.request import urlopen

import asyncpg
import orjson

from benchmarks.http_client import Client
from hub.cli.options import ROOT
from infra.database import administrator
from infra.keys import Keys

ACTOR, PURPOSE = "referent-a", "suivi"
CONNECTIONS = 4
LARGEST = 95_000
PARTS = (
    "firstName lastName birthDate",
    "contact { email phones address { postalCode city cityCode } }",
    "rsa { status rightsAndDutiesSince }",
    "referent { since agent { firstName lastName } structure { name } }",
    "constraints { theme state impact }",
    "contracts { kind signedOn endsOn }",
    "orientations { pathway startsOn structure { name } }",
    "appointments(first: 5) { nodes { startsAt mode status motive { category } organisation { name } } }",
    "referrals(first: 5) { nodes { status sentOn service { name structure { name siret } } } }",
    "jobApplications(first: 5) { nodes { state company { name kind } } }",
    "immersions(first: 5) { nodes { status startsOn endsOn } }",
    "trainingPlacements(first: 5) { nodes { status session { startsOn training { title } } } }",
    "suggestedServices(first: 3) { nodes { name thematics distanceKm structure { name } } }",
)


def documents(count: int, person: str) -> Iterator[str]:
    """Distinct documents: parts of the journey under fresh aliases, from one person to some ten, padded to any size."""
    random = Random(0)  # noqa: S311 - the same documents each time
    for number in range(count):
        people = random.choice((1, 1, 1, 2, 3, 8))
        fields = " ".join(
            f'p{index}: person(id: "{person}") {{ a{number}_{index}: id {" ".join(random.sample(PARTS, 5))} }}'
            for index in range(people)
        )
        padding = "#" + "x" * round(LARGEST ** random.random())
        yield f"query D{number} {{ {fields} }} {padding}"


async def send(path: Path, count: int, interval: int, process: asyncio.subprocess.Process, admin: str) -> None:
    """Send the documents and print the memory."""
    demo = orjson.loads(path.read_bytes())  # noqa: ASYNC240 - nothing else runs yet
    token = next(actor["token"] for actor in demo["actors"] if actor["name"] == ACTOR)
    host, port = demo["url"].removeprefix("http://").split(":")
    texts = documents(count, demo["persons"][0]["id"])
    sent, statuses, began = 0, dict[int, int](), time.monotonic()

    async def client() -> None:
        nonlocal sent
        connection = (await asyncio.get_running_loop().create_connection(Client, host, int(port)))[1]
        for text in texts:
            body = orjson.dumps({"query": text})
            head = f"POST /graphql HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\npurpose: {PURPOSE}\r\n"
            head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            status = await connection.ask(head.encode() + body)
            statuses[status] = statuses.get(status, 0) + 1
            sent += 1
            if sent % interval == 0 or sent == count:
                seconds = time.monotonic() - began
                print(
                    f"{sent:7} documents, {seconds:6.0f} s, {statuses}: {await memory(process, admin, demo['metrics'])}"
                )

    print(f"{0:7} documents: {await memory(process, admin, demo['metrics'])}", flush=True)
    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))


async def memory(process: asyncio.subprocess.Process, admin: str, metrics_url: str) -> str:
    """The memory of the hub and of its back ends, in MB."""
    hub = _kilobytes(process.pid, "status", "VmRSS")
    connection = await asyncpg.connect(admin)
    try:
        rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE application_name = 'spie-subgraph'")
    finally:
        await connection.close()
    back_ends = [_kilobytes(row["pid"], "smaps_rollup", "Pss") for row in rows]
    metrics = await asyncio.to_thread(lambda: urlopen(metrics_url).read().decode())  # noqa: S310 - our own hub
    caches = re.findall(r'^spie_cache_bytes\{cache="([^"]+)"\} (\S+)', metrics, re.MULTILINE)
    cache_sizes = ", ".join(f"{name} {float(size) / 1e6:.1f}" for name, size in caches if float(size) > 1e5)
    return (
        f"hub {hub / 1024:.0f}, {len(back_ends)} back ends: most {max(back_ends, default=0) / 1024:.0f}, "
        f"together {sum(back_ends) / 1024:.0f} MB; caches {cache_sizes}"
    )


def _kilobytes(pid: int, file: str, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


async def main(arguments: list[str]) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=1_000)
    parser.add_argument("--port", type=int, default=8499)
    options = parser.parse_args(arguments)
    path = ROOT / ".data" / "demo.json"
    path.unlink(missing_ok=True)
    environment = {**os.environ, "PORT": str(options.port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo", cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        while not path.is_file():
            if process.returncode is not None:
                sys.exit("La démonstration n'a pas démarré.")
            await asyncio.sleep(0.1)
        with administrator(os.environ.get("DATABASE_URL"), "demo", ROOT, Keys.load(ROOT / ".data" / "keys")) as admin:
            await send(path, options.documents, options.every, process, admin)
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
