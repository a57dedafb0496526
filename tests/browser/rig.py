"""The real thing in a real browser: the ASGI app under its own server, real PostgreSQL, Valkey, Chromium."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import which
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection, connections
from playwright.sync_api import Browser, expect, sync_playwright

from tests.timing import PATIENCE

# How soon is seldom the question; where it is, the test says how soon.
expect.set_options(timeout=PATIENCE * 1_000)

CHROMIUM = (
    os.environ.get("MURMUR_CHROMIUM")
    or which("chromium")
    or which("chromium-browser")
    or which("google-chrome")
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Web:
    """A web process of its own, on the tests' database, that can be stopped and started again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(self.port)]
        options = ["--lifespan", "off", "--log-level", "warning", "--timeout-graceful-shutdown", "1"]
        self.process = subprocess.Popen([*command, *options], cwd=settings.BASE_DIR, env=self.environment())
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                urlopen(f"{self.url}/healthz", timeout=PATIENCE).close()  # noqa: S310
                return
            time.sleep(0.05)
        raise RuntimeError("the web process does not answer")

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()
            self.process.wait()
            self.process = None

    def environment(self) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "DEBUG": "0"}


def database_url() -> str:
    """The address of the database the tests made for themselves."""
    at = connection.settings_dict
    host, port = quote(at["HOST"], safe=""), at["PORT"]
    return f"postgres://{quote(at['USER'])}:{quote(at['PASSWORD'])}@{host}:{port}/{quote(at['NAME'])}"


@contextmanager
def chromium() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).exists():
        pytest.skip("no Chromium is installed")
    # Playwright's own loop would make Django think that its calls come from one.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
            yield browser
            browser.close()
    finally:
        if before is None:
            os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


class Shared:
    """One web process and one Chromium for all the browser tests that follow each other in a test process.

    Both take seconds to start. They end before the first test that needs neither (`tests/conftest.py`), for
    Playwright's loop is in the way of whoever runs a loop of their own.
    """

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.opened: Browser | None = None
        self.served: Web | None = None

    def browser(self) -> Browser:
        if self.opened is None:
            self.opened = self.stack.enter_context(chromium())
            # Under that loop Django opens a connection apart, and a database in use cannot be dropped.
            self.stack.callback(connections.close_all)
        return self.opened

    def web(self) -> Web:
        if self.served is None:
            self.served = Web()
            self.stack.callback(self.served.stop)
        if not self.served.is_up:
            self.served.start()
        return self.served

    def close(self) -> None:
        self.stack.close()
        self.opened = self.served = None


shared = Shared()
