"""`manage.py up` itself: every process real, in a data directory of its own, without the sandbox."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from config.embedded.ports import any_free
from config.embedded.processes import ROOT
from tests import schema
from tests.drills.rig import database_url

pytestmark = [pytest.mark.walk, pytest.mark.slow]
PATIENCE = 240
"""Seconds. How soon is not the question here, and the first start makes a whole database."""

FROM_THE_TESTS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MURMUR_RUN_ID", "SANDBOX_URL")


class Running:
    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.log = var.with_name("up.log")
        environment = {name: value for name, value in os.environ.items() if name not in FROM_THE_TESTS}
        environment |= {"MURMUR_VAR": str(var), "MURMUR_PORT": str(port), "MURMUR_SANDBOX": "false"}
        self.command = [sys.executable, "manage.py", "up"]
        self.environment = environment
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C stops everything" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        return self.log.read_text()

    def family(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One start for both tests; the last one stops it."""
    running = Running(tmp_path_factory.mktemp("up") / "v", any_free())
    try:
        running.wait()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


def health(running: Running) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, answer.headers.get("X-Murmur-Run")


def test_a_killed_web_process_comes_back(running: Running) -> None:
    web = next(process for process in running.family() if "uvicorn" in process.cmdline())
    run = health(running)[1]
    web.kill()
    deadline = time.monotonic() + PATIENCE
    while "web ended by signal SIGKILL; starting it again" not in running.said():
        assert time.monotonic() < deadline, running.said()
        time.sleep(0.05)
    answer = None
    while answer != (200, run):
        assert time.monotonic() < deadline, running.said()
        with contextlib.suppress(OSError):
            answer = health(running)
        time.sleep(0.05)


def catalogue(address: str) -> set[str]:
    """What the database there holds; the tables of Django's own accounts are made by it alone."""
    with contextlib.closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
        return {line for line in schema.catalogue(cursor) if " auth_" not in line}


def test_the_tests_use_what_the_migrations_make(running: Running, db: None) -> None:
    servers = json.loads((running.var / "run" / "servers.json").read_text())
    ours, migrated = catalogue(database_url()), catalogue(servers["DATABASE_URL"])
    assert len(migrated) > 1_500
    assert ours ^ migrated == set()


def test_everything_runs_once_and_nothing_is_left(running: Running) -> None:
    status, run = health(running)
    assert status == 200
    assert run
    servers = json.loads((running.var / "run" / "servers.json").read_text())
    assert set(servers) == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}

    second = subprocess.run(
        running.command, cwd=ROOT, env=running.environment, capture_output=True, text=True
    )
    assert second.returncode == 1
    assert f"already running here at http://127.0.0.1:{running.port}" in second.stdout

    family = running.family()
    assert len(family) > 8  # two servers with processes of their own, web, two workers with theirs, beat
    assert running.stop() == 0
    assert [process for process in family if process.is_running()] == []
    assert not (running.var / "run" / "servers.json").exists()
    assert "Traceback" not in running.said()
