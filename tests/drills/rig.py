"""The rig of the drills: the real worker and beat as processes, on the tests' database and broker."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import psutil
import redis
from django.conf import settings
from django.db import connection

from config.embedded import programs
from config.embedded.processes import Program


def database_url() -> str:
    """The address of the test database: the server's address, with the name the test run gave it."""
    parts = urlsplit(settings.DATABASE_URL)
    return urlunsplit(parts._replace(path=f"/{quote(connection.settings_dict['NAME'])}"))


class Rig:
    """Starts programs by name, kills them, and stops what is left."""

    def __init__(self, sandbox_url: str, folder: Path) -> None:
        self.sandbox_url = sandbox_url
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "SECRET_KEY": settings.SECRET_KEY,
            "SANDBOX_URL": sandbox_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.broker = redis.Redis.from_url(settings.REDIS_URL)
        self.broker.flushall()

    def start_worker(self) -> None:
        self.start("worker", programs.bulk_worker(self.environment))

    def start_urgent(self) -> None:
        self.start("urgent", programs.urgent_worker(self.environment))

    def start_stream(self, name: str = "stream") -> None:
        self.start(name, programs.stream(self.environment))

    def start_beat(self, name: str = "beat") -> None:
        self.start(name, programs.beat(self.environment))

    def start(self, name: str, program: Program) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            program.command,
            env=dict(program.environment),
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()

    def kill(self, name: str) -> None:
        """SIGKILL to the whole process group, as an out-of-memory killer or a power cut would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_children(self, name: str) -> None:
        """SIGKILL to the processes of a worker's pool, the busy one among them; the worker lives on."""
        for child in psutil.Process(self.running[name].pid).children():
            child.kill()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)
        self.broker.flushall()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def ask_sandbox(self, path: str, body: Mapping[str, object] | list[dict[str, object]]) -> None:
        httpx.post(f"{self.sandbox_url}/_sandbox/{path}", json=body, timeout=30).raise_for_status()


def wait_until(holds: Callable[[], bool], *, within: float, every: float = 0.1) -> float:
    """Seconds until the claim held; fails when it does not in time."""
    began = time.monotonic()
    while not holds():
        waited = time.monotonic() - began
        assert waited < within, f"did not come true within {within} s"
        time.sleep(every)
    return time.monotonic() - began


def inject(rig: Rig, count: int, *, mark: str, text: str = "Northfield again") -> None:
    """Put posts into the pretend X, each with a text of its own."""
    posts: list[dict[str, object]] = [
        {"network": "x", "text": f"{text} {mark} {number}"} for number in range(count)
    ]
    rig.ask_sandbox("posts", posts)
