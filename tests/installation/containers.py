"""An engine of containers with its own files, network and `/etc`, where no registry of images is needed.

The images of others are made from Debian's packages, under the names that our files give them; podman is the engine.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from tests.conftest import ROOT
from tests.failover.database_servers import eventually
from tests.installation.bare_debian import CLEAN, Shell, copy_repository, network, require, running, tree

PROGRAMS = ("mmdebstrap", "pasta", "ip", "nsenter", "unshare", "podman", "crun", "netavark", "nft", "docker-compose")
HELPERS = "/usr/lib/podman"
HERE = Path(__file__).parent
PYTHON = ("python3", "python3-venv", "python-is-python3", "ca-certificates")
"""What the image of Python has, by Debian's packages."""
OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
LIMITS = {"NOFILE": f"nofile={OPEN_FILES}:{OPEN_FILES}", "NPROC": "nproc=4096:4096"}
"""Limits that a machine which may not raise its own can give."""
ENGINE = f"""[containers]
cgroups = "disabled"
default_ulimits = ["{LIMITS["NOFILE"]}", "{LIMITS["NPROC"]}"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
compat_api_enforce_docker_hub = false
"""
START = """
umount -R /sys/fs/cgroup || true
mount -t cgroup2 none /sys/fs/cgroup
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc,workdir=$1/work" /etc
exec podman system service --time=0 "unix://$1/socket"
"""
"""What the engine starts with: cgroups of version 2 alone, an `/etc` that is written aside."""
BOOT = 60.0


@contextmanager
def engine(folder: Path) -> Iterator[Shell]:
    """A host on which `docker` answers, in a copy of the repository; raises HostsUnavailable."""
    os.environ["PATH"] = f"{os.environ['PATH']}{os.pathsep}{HELPERS}"
    require(*PROGRAMS)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for name in ("etc", "work", "bin"):
            (folder / name).mkdir()
        copy_repository(folder / "copy")
        shutil.copy(HERE / "docker", folder / "bin")
        (folder / "containers.conf").write_text(ENGINE, encoding="utf-8")
        storage = f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
        (folder / "storage.conf").write_text(storage, encoding="utf-8")
        named = {
            "CONTAINERS_CONF": f"{folder}/containers.conf",
            "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
            "DOCKER_HOST": f"unix://{folder}/socket",
            **LIMITS,
        }
        environment = [*CLEAN, *(f"{name}={value}" for name, value in named.items())]
        environment.append(f"PATH={folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        net = stack.enter_context(network(folder))
        inside = ["nsenter", f"--net=/run/netns/{net}", *environment, "unshare", "--mount"]
        started = stack.enter_context(running([*inside, "sh", "-e", "-c", START, "sh", str(folder)], folder / "log"))
        eventually((folder / "socket").exists, "no engine", BOOT)
        # The network by its name: podman leaves its main thread in that of a container now and then.
        placed = [f"--net=/run/netns/{net}", f"--target={started.pid}", "--mount", f"--wdns={folder}/copy"]
        there = ["nsenter", *placed, *environment]
        host = Shell(there)
        make_images(host, folder)
        stack.callback(host.run, "docker compose -f infra/container/compose.yaml down --volumes")
        stack.enter_context(health_looked_at(host))
        yield host


def make_images(host: Shell, folder: Path) -> None:
    """Make the images of others under the names that the files which we ship give them."""
    (base,) = {line.split()[1] for line in container_lines("FROM")}
    made = tree(folder, *PYTHON)
    subprocess.run(["tar", "-C", made, "-cf", folder / "base.tar", "."], check=True)
    host.told(f"docker import {folder}/base.tar {base}")
    services = yaml.safe_load((ROOT / "infra" / "container" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for part, service in (("postgresql",) * 2, ("postgresql", "valkey"), ("pgbouncer",) * 2, ("collector",) * 2):
        host.told(f"docker build --target {part} -t {services[service]['image']} {HERE / 'parts'}")


def container_lines(word: str) -> list[str]:
    """The lines of the Containerfile that begin with a word."""
    text = (ROOT / "infra" / "container" / "Containerfile").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(f"{word} ")]


@contextmanager
def health_looked_at(host: Shell) -> Iterator[None]:
    """Run the check of each container every second, which podman leaves to the systemd of its host."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(1):
            for container in host.run("docker ps --quiet").stdout.split():
                host.run(f"docker healthcheck run {container}")

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
