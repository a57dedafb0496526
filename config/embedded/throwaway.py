"""PostgreSQL and Valkey for a while: the very servers that `make run` uses, in a directory of their own."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from config.embedded import CannotStart
from config.embedded.binaries import postgres_programs, valkey_program
from config.embedded.lock import Lock
from config.embedded.places import Places, read_keys, socket_folder
from config.embedded.ports import any_free
from config.embedded.postgres import THROW_AWAY, Postgres
from config.embedded.processes import Program, kill_group, send, spawn
from config.embedded.valkey import Valkey

SECONDS_TO_START = 60


class ThrowAway:
    """Servers in a temporary directory, gone at the end, however that comes.

    `is_durable` makes them write to the disk as in production: slower, and honest to measure.
    """

    def __init__(self, name: str, *, parent: Path | None = None, is_durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"murmur-{name}-", dir=parent))
        # Whoever runs PostgreSQL for root must be able to pass through.
        self.folder.chmod(0o711)
        self.places = Places(self.folder / "var")
        self.lock = Lock(self.places.lock)
        self.is_durable = is_durable
        self.sockets: Path | None = None
        self.running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start(self, given: Mapping[str, str]) -> dict[str, str]:
        """Starts each server whose address is not given; returns the environment that leads to both."""
        remove_abandoned(self.folder.parent)
        self.places.make()
        self.lock.take()
        keys = read_keys(self.places)
        self.sockets = socket_folder(self.places.run)
        found = {
            "MURMUR_VAR": str(self.places.var),
            "SECRET_KEY": given.get("SECRET_KEY") or keys["secret_key"],
        }
        valkey = None if given.get("REDIS_URL") else self._valkey(keys["valkey"])
        postgres = None if given.get("DATABASE_URL") else self._postgres(keys)
        if valkey is not None:
            self._wait("valkey", valkey.answers)
            found["REDIS_URL"] = valkey.url
        if postgres is not None:
            self._wait("postgres", postgres.answers)
            postgres.ensure_database()
            found["DATABASE_URL"] = postgres.url
        return found

    def _valkey(self, password: str) -> Valkey:
        program = valkey_program(os.environ.get("MURMUR_VALKEY_BIN", ""))
        port = any_free() if self.sockets is None else 0
        valkey = Valkey(self.places.valkey, program, password, self.sockets, port, is_kept=self.is_durable)
        valkey.prepare()
        self._spawn(valkey.program())
        return valkey

    def _postgres(self, keys: Mapping[str, str]) -> Postgres:
        programs = postgres_programs(os.environ.get("MURMUR_PG_BIN", ""))
        port = any_free() if self.sockets is None else 5432
        extra = {} if self.is_durable else THROW_AWAY
        postgres = Postgres(
            self.places.postgres, programs, keys, self.sockets, port, extra=extra, may_create_databases=True
        )
        postgres.prepare()
        self._spawn(postgres.program())
        return postgres

    def _spawn(self, program: Program) -> None:
        # Into a file: nobody would empty a pipe while the servers run, and a full one stops them.
        with self._log(program.name).open("wb") as log:
            self.running.append((program, spawn(program, output=log.fileno())))

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _wait(self, name: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        process = next(process for program, process in self.running if program.name == name)
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"{name} does not answer: {self._log(name).read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        for program, process in self.running:
            send(process, program.stop_signal)
        for _, process in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            kill_group(process)
        for folder in self._folders():
            shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        """All that was made: the sockets or the data may stand elsewhere, where a path was out of reach."""
        folders = [self.folder]
        if self.sockets is not None and self.folder not in self.sockets.parents:
            folders.append(self.sockets)
        if self.places.postgres.is_symlink():
            folders.append(self.places.postgres.resolve().parent)
        return folders


def remove_abandoned(parent: Path) -> None:
    """What killed runs left: their servers ended with them, and so did their hold on the lock."""
    for lock in parent.glob("murmur-*/var/lock"):
        with contextlib.suppress(CannotStart, OSError):
            Lock(lock).take()
            shutil.rmtree(lock.parent.parent, ignore_errors=True)
