"""Hosts of one machine: each has a network namespace of its own, on a bridge from which it may be cut off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "10.77.7"
PATIENCE = 30.0
PROGRAMS = ("ip", "setpriv", "pkill", "etcd", "patroni", "valkey-server")
Command = Sequence[str | Path]


class HostsUnavailable(Exception):
    """This machine lets nobody make network namespaces, or lacks a program."""


def ip(*arguments: str) -> None:
    """Run `ip`; raises HostsUnavailable if it refuses."""
    process = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if process.returncode:
        raise HostsUnavailable(f"ip {' '.join(arguments)}: {process.stderr.strip()}")


@dataclass
class Host:
    """One host; `run` starts a program on it, which `kill_all` and the end of the network end."""

    name: str
    address: str
    folder: Path
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _link(self) -> str:
        """Its end of the cable at the bridge."""
        return f"v-{self.name}"

    def plug(self, bridge: str) -> None:
        """Make the host and its cable."""
        ip("netns", "add", self.name)
        ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("link", "set", self._link, "master", bridge, "up")
        for change in (["addr", "add", f"{self.address}/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            ip("-n", self.name, *change)
        ip("-n", self.name, "link", "set", "lo", "up")

    def unplug(self) -> None:
        """Take the host away, with all that runs on it."""
        self.kill_all()
        with suppress(HostsUnavailable):
            ip("netns", "del", self.name)

    def cut(self) -> None:
        """Let no packet to or from it pass: nobody is told, whoever is connected waits."""
        ip("link", "set", self._link, "down")

    def mend(self) -> None:
        """Let packets pass again."""
        ip("link", "set", self._link, "up")

    def run(
        self, name: str, command: Command, environment: Mapping[str, str] | None = None, account: str = "root"
    ) -> subprocess.Popen[bytes]:
        """Start a program under an account; what it says goes to the file `<host>-<name>.log`."""
        switch = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups"] if account != "root" else []
        arguments = ["ip", "netns", "exec", self.name, *switch, *map(str, command)]
        with (self.folder / f"{self.name}-{name}.log").open("ab") as log:
            process = subprocess.Popen(
                arguments,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def _processes(self) -> list[int]:
        listed = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False)
        return [int(process) for process in listed.stdout.split()]

    def kill_all(self) -> None:
        """End everything that runs on it, as when its power fails."""
        while processes := self._processes():
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        for started in self._running:
            started.kill()
            started.wait(PATIENCE)
        self._running.clear()


@contextmanager
def network(folder: Path, names: Sequence[str]) -> Iterator[dict[str, Host]]:
    """Hosts of these names, joined by a bridge on which this process is too; raises HostsUnavailable."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if os.geteuid() or missing:
        raise HostsUnavailable(f"needs root and {' '.join(missing)}")
    bridge = "spie-bridge"
    with ExitStack() as stack:
        ip("link", "add", bridge, "type", "bridge")
        stack.callback(ip, "link", "del", bridge)
        ip("addr", "add", f"{PREFIX}.254/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        hosts = {}
        for number, name in enumerate(names, 1):
            hosts[name] = Host(f"spie-{name}", f"{PREFIX}.{number}", folder)
            stack.callback(hosts[name].unplug)
            hosts[name].plug(bridge)
        yield hosts
