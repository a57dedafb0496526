"""The database that every test process copies, so that its tables are made once and not in each.

Run as a program beside the first tests, it makes that database; the file it is given then says so.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg2
from django.db import connections

from tests import schema

NAME = "murmur_template"
FLAG = "MURMUR_TESTS_TEMPLATE"
SECONDS = 120


def begin(folder: Path) -> None:
    """Start to make it, on the server of the environment; `wait` tells when it is there."""
    os.environ[FLAG] = str(folder / "template")
    with (folder / "template.log").open("wb") as log:
        subprocess.Popen([sys.executable, "-m", "tests.template"], stdout=log, stderr=log)


def wait() -> str:
    """The name of the finished database; empty where none is made."""
    flag = os.environ.get(FLAG)
    if not flag:
        return ""
    deadline = time.monotonic() + SECONDS
    while not Path(flag).exists():
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"no test database to copy: {Path(flag).with_suffix('.log').read_text()[-2000:]}"
            )
        time.sleep(0.1)
    return NAME


def make() -> None:
    address = os.environ["DATABASE_URL"]
    server = psycopg2.connect(address)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME}")
        fill(address)
        leave(cursor)
    server.close()
    Path(os.environ[FLAG]).touch()


def fill(address: str) -> None:
    os.environ["DATABASE_URL"] = urlsplit(address)._replace(path=f"/{NAME}").geturl()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    schema.build()
    connections.close_all()


def leave(cursor: Any) -> None:
    """Nobody may be connected to what is copied: no housekeeping, and no session that is just ending."""
    cursor.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
    end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
    cursor.execute(end, [NAME])


if __name__ == "__main__":
    make()
