"""Where the embedded servers keep their things."""

import hashlib
import json
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.embedded import CannotStart

# A Unix socket's path is at most 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = "pg/.s.PGSQL.5432"


@dataclass(frozen=True)
class Places:
    var: Path

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def servers(self) -> Path:
        """What other commands read to find the servers, there while they run."""
        return self.run / "servers.json"

    @property
    def lock(self) -> Path:
        return self.var / "lock"

    @property
    def keys(self) -> Path:
        return self.var / "keys.json"

    @property
    def postgres(self) -> Path:
        return self.var / "pg"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @property
    def demo_password(self) -> Path:
        return self.var / "demo-password"

    @property
    def sandbox_state(self) -> Path:
        return self.var / "sandbox.jsonl"

    def make(self) -> None:
        try:
            for folder in (self.var, self.run):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(f"Cannot make {error.filename}: {error.strerror}. {ELSEWHERE}") from error
        if not os.access(self.var, os.W_OK) or not os.access(self.run, os.W_OK):
            raise CannotStart(f"{self.var} belongs to another account. {ELSEWHERE}")


ELSEWHERE = "Set MURMUR_VAR to a directory that you may write to."


def socket_folder(run: Path, *, temporary: Path | None = None) -> Path | None:
    """A folder for sockets: `run` if its path is short enough, else one in the temporary directory.

    None when that is too long as well: then a loopback port has to do.
    """
    if _is_short(run):
        return run
    parent = temporary or Path(tempfile.gettempdir())
    if not _is_short(parent / f"murmur-{'x' * 8}"):
        return None
    return _private_folder(parent, f"murmur-{os.geteuid()}-{_digest(run)}")


def _is_short(folder: Path) -> bool:
    return len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def _private_folder(parent: Path, name: str) -> Path:
    """The same name each time, so that nothing piles up; another one if somebody else took it."""
    folder = parent / name
    try:
        folder.mkdir(mode=0o711)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            return Path(tempfile.mkdtemp(prefix="murmur-", dir=parent))
    folder.chmod(0o711)
    return folder


def read_keys(places: Places) -> dict[str, str]:
    """The passwords and the secret key of this data directory, made at the first start."""
    names = ("postgres", "murmur", "valkey", "secret_key")
    if places.keys.exists():
        stored: dict[str, str] = json.loads(places.keys.read_text())
        if set(names) <= set(stored):
            return stored
    if places.postgres.exists():
        raise CannotStart(
            f"{places.postgres} holds a database, but {places.keys}, which holds its passwords, is missing "
            "or damaged. Put it back from your backup, or move the database away to begin anew."
        )
    keys = {name: secrets.token_urlsafe(48) for name in names}
    write_private(places.keys, json.dumps(keys, indent=1))
    return keys


def write_private(path: Path, content: str) -> None:
    """Whole or not at all, and for our own account only."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
