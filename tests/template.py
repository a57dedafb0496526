"""The database that every test process copies, so that its tables are made once and not in each.

Run as a program beside the first tests, it makes that database; the file it is given then says so.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg2

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
    server.close()
    os.environ["DATABASE_URL"] = urlsplit(address)._replace(path=f"/{NAME}").geturl()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    schema.build()
    Path(os.environ[FLAG]).touch()


if __name__ == "__main__":
    make()
