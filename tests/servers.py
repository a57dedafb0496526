"""Throw-away PostgreSQL and Valkey for the tests, the very ones that `make run` uses.

A pytest plugin (`addopts = -p tests.servers`), not a conftest.py: by then the settings have been read. It
does nothing for a server whose address is in the environment, and so nothing in a process that it started.
"""

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import redis

from config.embedded import CannotStart
from config.embedded.binaries import postgres_programs, valkey_program
from config.embedded.lock import Lock
from config.embedded.places import Places, read_keys, socket_folder
from config.embedded.ports import any_free
from config.embedded.postgres import THROW_AWAY, Postgres
from config.embedded.processes import Program, kill_group, send, spawn
from config.embedded.valkey import Valkey

STARTED: list["ThrowAway"] = []


class ThrowAway:
    """Servers in a temporary directory, gone at the end, however that comes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="murmur-tests-"))
        # Whoever runs PostgreSQL for root must be able to pass through.
        self.folder.chmod(0o711)
        self.places = Places(self.folder / "var")
        self.lock = Lock(self.places.lock)
        self.running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start(self) -> None:
        remove_abandoned(self.folder.parent)
        self.places.make()
        self.lock.take()
        os.environ["MURMUR_VAR"] = str(self.places.var)
        keys = read_keys(self.places)
        os.environ.setdefault("SECRET_KEY", keys["secret_key"])
        folder = socket_folder(self.places.run)
        valkey = None if os.environ.get("REDIS_URL") else self._valkey(keys["valkey"], folder)
        postgres = None if os.environ.get("DATABASE_URL") else self._postgres(keys, folder)
        if valkey is not None:
            self._wait("valkey", valkey.answers)
        if postgres is not None:
            self._wait("postgres", postgres.answers)
            postgres.ensure_database()

    def _valkey(self, password: str, folder: Path | None) -> Valkey:
        program = valkey_program(os.environ.get("MURMUR_VALKEY_BIN", ""))
        port = any_free() if folder is None else 0
        valkey = Valkey(self.places.valkey, program, password, folder, port, is_kept=False)
        valkey.prepare()
        self._spawn(valkey.program())
        os.environ["REDIS_URL"] = valkey.url
        return valkey

    def _postgres(self, keys: dict[str, str], folder: Path | None) -> Postgres:
        programs = postgres_programs(os.environ.get("MURMUR_PG_BIN", ""))
        port = any_free() if folder is None else 5432
        postgres = Postgres(
            self.places.postgres, programs, keys, folder, port, extra=THROW_AWAY, may_create_databases=True
        )
        postgres.prepare()
        self._spawn(postgres.program())
        os.environ["DATABASE_URL"] = postgres.url
        return postgres

    def _spawn(self, program: Program) -> None:
        # Into a file: nobody would empty a pipe while the tests run, and a full one stops the server.
        with self._log(program.name).open("wb") as log:
            self.running.append((program, spawn(program, output=log.fileno())))

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _wait(self, name: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
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
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_abandoned(parent: Path) -> None:
    """What killed runs left: their servers ended with them, and so did their hold on the lock."""
    for lock in parent.glob("murmur-tests-*/var/lock"):
        with contextlib.suppress(CannotStart, OSError):
            Lock(lock).take()
            shutil.rmtree(lock.parent.parent, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    started = time.monotonic()
    servers = ThrowAway()
    atexit.register(_stop)
    STARTED.append(servers)
    try:
        servers.start()
    except CannotStart as error:
        _stop()
        raise pytest.UsageError(f"The tests' servers cannot start: {error}") from error
    os.environ["MURMUR_TESTS_SERVERS"] = f"{time.monotonic() - started:.2f}"


def pytest_report_header() -> str:
    seconds = os.environ.get("MURMUR_TESTS_SERVERS")
    return f"servers: embedded, up in {seconds} s" if seconds else "servers: those of the environment"


def pytest_unconfigure() -> None:
    _stop()


def _stop() -> None:
    while STARTED:
        STARTED.pop().stop()


@pytest.fixture
def redis_url() -> Generator[str, None, None]:
    """The broker's address, the broker empty before and after."""
    url = os.environ["REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()
