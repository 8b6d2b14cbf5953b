"""A bare Debian: systemd is its first process, and from a network of its own it reaches the registries of packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.failover.database_servers import eventually
from tests.failover.hosts import HostsUnavailable, ip

PROGRAMS = ("mmdebstrap", "systemd-nspawn", "pasta", "ip", "nsenter")
RELEASE = "trixie"
SYSTEM = ("systemd-sysv", "dbus")
"""What every Debian that is not a container has, beside its essential packages."""
AUTHORITIES = Path("usr/local/share/ca-certificates")
"""Where an administrator puts the authorities of the place: those of this machine are given, for its registries."""
COPY = Path("root/spie-hub")
"""The copy of the repository, on the tree."""
CLEAN = (
    "env", "-i", "HOME=/root", "LANG=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
)  # fmt: skip
NETWORK = (
    "--config-net",
    "--netns-only",
    "--foreground",
    "--runas",
    "0:0",
    *["-t", "none", "-u", "none", "-T", "none", "-U", "none"],
)
"""A network from which packages are fetched, and which nobody enters."""
BOOT = 120.0


@dataclass
class Shell:
    """A place where scripts run as root; `entering` is the command that leads there."""

    entering: Sequence[str]

    def run(self, script: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a script of the shell in the copy of the repository, until its first command that fails."""
        return subprocess.run(
            [*self.entering, "sh", "-e", "-c", script], input=typed, capture_output=True, text=True, check=False
        )

    def told(self, script: str, typed: str = "") -> str:
        """What a script prints that succeeds."""
        done = self.run(script, typed)
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout


@dataclass
class BareDebian(Shell):
    """A tree that runs."""

    tree: Path


def tree(folder: Path, *packages: str) -> Path:
    """Make a tree of Debian's essential packages and these, with the authorities of this machine."""
    made = folder / "tree"
    given = f"mkdir -p $1/{AUTHORITIES.parent} && cp -r /{AUTHORITIES} $1/{AUTHORITIES.parent}"
    command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--essential-hook={given}"]
    listed = f"--include={','.join(packages)}"
    subprocess.run([*command, listed, RELEASE, str(made)], check=True, stdin=subprocess.DEVNULL)
    return made


def copy_repository(target: Path) -> None:
    """Copy each file that git follows, as it is here now."""
    followed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in followed.decode().split("\0")[:-1]:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)


@contextmanager
def booted(folder: Path) -> Iterator[BareDebian]:
    """A bare Debian that has started, with a copy of the repository; raises HostsUnavailable."""
    require(*PROGRAMS)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        made = tree(folder, *SYSTEM)
        copy_repository(made / COPY)
        name = stack.enter_context(network(folder))
        system = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", "--console=read-only"]
        place = [f"--directory={made}", f"--machine={name}", f"--network-namespace-path=/run/netns/{name}"]
        console = folder / "console.log"
        spawned = stack.enter_context(running([*system, *place, "--resolv-conf=copy-host"], console))
        eventually(lambda: first_process(spawned) is not None, "no first process", BOOT)
        entering = ["nsenter", f"--target={first_process(spawned)}", "--all", f"--wdns=/{COPY}", *CLEAN]
        debian = BareDebian(entering, made)
        eventually(lambda: debian.run("systemctl is-system-running --wait").returncode == 0, "not started", BOOT)
        yield debian


@contextmanager
def network(folder: Path) -> Iterator[str]:
    """A network of its own, by its name, from which the registries are reached."""
    name = f"spie-bare-{os.getpid()}"
    ip("netns", "add", name)
    try:
        with running(["pasta", *NETWORK, "--netns", f"/run/netns/{name}"], folder / "network.log"):
            yield name
    finally:
        ip("netns", "del", name)


def require(*programs: str) -> None:
    """Raise HostsUnavailable unless this is root's and these programs are installed."""
    missing = [program for program in programs if not shutil.which(program)]
    if os.geteuid() or missing:
        raise HostsUnavailable(f"needs root and {' '.join(missing or programs)}")


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs meanwhile, and is asked to end; what it prints goes to a file."""
    with log.open("wb") as output:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(BOOT)


def first_process(spawned: subprocess.Popen[bytes]) -> int | None:
    """The process that is the first of the tree that a program runs, once there is one."""
    assert spawned.poll() is None, "the tree ended"
    for child in Path(f"/proc/{spawned.pid}/task/{spawned.pid}/children").read_text(encoding="ascii").split():
        status = Path(f"/proc/{child}/status").read_text(encoding="ascii")
        if "\nNSpid:\t" + f"{child}\t1\n" in status and status.startswith("Name:\tsystemd\n"):
            return int(child)
    return None
