"""Throw-away PostgreSQL and Valkey for the tests, the very ones that `make run` uses.

A pytest plugin (`addopts = -p tests.servers`), not a conftest.py: by then the settings have been read. It
does nothing for a server whose address is in the environment, and so nothing in a process that it started.
Where several processes run the tests (pytest-xdist), each has a broker of its own, for a test that empties it
must not meet another's, and a database of its own in the one PostgreSQL (`tests/template.py`).
"""

import atexit
import gc
import os
import time
from collections.abc import Generator

import pytest
import redis

from config.embedded import CannotStart
from config.embedded.throwaway import ThrowAway
from tests import template

STARTED: list[ThrowAway] = []

# Thousands of tests are collected and kept: looking for rubbish among them takes a seventh of the time.
gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if is_worker:
        # Its database stays shared: each process names its own in it.
        os.environ.pop("REDIS_URL", None)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    started = time.monotonic()
    servers = ThrowAway("tests")
    atexit.register(_stop)
    STARTED.append(servers)
    try:
        os.environ.update(servers.start(os.environ))
    except CannotStart as error:
        _stop()
        raise pytest.UsageError(f"The tests' servers cannot start: {error}") from error
    os.environ["MURMUR_TESTS_SERVERS"] = f"{time.monotonic() - started:.2f}"
    if not is_worker:
        template.begin(servers.folder)


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
