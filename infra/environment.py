"""Install `.venv` from a lock, once per content of the lock; only the standard library, for the system's Python.

`python infra/environment.py base|dev`: `base` runs the demo, `dev` adds what tests and linters need.
"""

import fcntl
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"base": ("base", "dev"), "dev": ("dev",)}
"""For each kind of environment, the locks that satisfy it: `dev` holds all of `base`, at the same versions."""


def main(kind: str) -> None:
    """Install the environment of this kind unless it is there already."""
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamps = {name: _stamp(name) for name in ("base", "dev")}
        if _runs() and any(stamps[name].exists() for name in LOCKS[kind]):
            return
        print(f"Préparation de l'environnement Python ({kind})…", flush=True)
        if not _runs():
            _create()
        install = [*pip(), "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        _run([*install, "--require-hashes", "--no-deps", "-r", str(ROOT / "requirements" / f"{kind}.txt")])
        _run([*install, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)])
        for old in VENV.glob(".installed-*"):
            old.unlink()
        stamps[kind].touch()


def _stamp(name: str) -> Path:
    """Return the file that marks this lock, this project file and this folder as installed."""
    digest = sha256(str(ROOT).encode())
    for path in (ROOT / "requirements" / f"{name}.txt", ROOT / "pyproject.toml"):
        digest.update(sha256(path.read_bytes()).digest())
    return VENV / f".installed-{name}-{digest.hexdigest()[:16]}"


def _runs() -> bool:
    """Tell whether the environment's Python starts and is recent enough: a system upgrade may break it."""
    python = VENV / "bin" / "python"
    check = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    return python.exists() and subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


def _create() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    bare = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
    if subprocess.run(bare, capture_output=True, check=False).returncode or not _system_pip():
        shutil.rmtree(VENV, ignore_errors=True)
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        sys.exit(f"Il manque le paquet Debian {package} : installez-le (apt install {package}), puis relancez.")


def _system_pip() -> bool:
    probe = [sys.executable, "-m", "pip", "--python", str(VENV / "bin" / "python"), "--version"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def pip() -> list[str]:
    """Return the command of the environment's pip, else of the system's pip for the environment."""
    own = [str(VENV / "bin" / "python"), "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0:
        return own
    return [sys.executable, "-m", "pip", "--python", str(VENV / "bin" / "python")]


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode:
        sys.exit("L'installation des dépendances a échoué : lisez l'erreur ci-dessus, puis relancez la même commande.")


if __name__ == "__main__":
    main(sys.argv[1])
