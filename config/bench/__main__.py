"""python -m config.bench NAME ...: on the database of the environment, which it empties.

`manage.py bench` starts it, on a database that is made for it.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

from config.bench import NAMES, add_arguments

if TYPE_CHECKING:
    from config.bench.table import Figure

THROW_AWAY = "murmur-bench-"


def main(arguments: list[str]) -> None:
    if THROW_AWAY not in os.environ.get("MURMUR_VAR", ""):
        sys.exit("This empties its database. Run it as `manage.py bench`, which makes one for it.")
    django.setup()
    call_command("migrate", verbosity=0)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    asked = parser.parse_args(arguments)
    figures: list[Figure] = []
    for name in asked.names or NAMES:
        figures += measured(name, is_small=asked.small, mentions=asked.mentions)
    print_table(figures)


def measured(name: str, *, is_small: bool, mentions: int) -> "Iterator[Figure]":
    from config.bench import archive, matching, pipeline, previews, reading, walls
    from config.bench.progress import say

    call_command("flush", interactive=False, verbosity=0)
    measuring = (reading, matching, pipeline, walls, archive, previews)
    parts = {each.__name__.rpartition(".")[2]: each.measure for each in measuring}
    parts["archive"] = partial(archive.measure, mentions=mentions)
    for figure in parts[name](is_small=is_small):
        say(f"{figure.name}: {figure.value:,.1f} {figure.unit}")
        yield figure


def print_table(figures: "list[Figure]") -> None:
    from django.db import connection

    from config.bench import table

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{os.cpu_count()} processors, Python {platform.python_version()}, PostgreSQL {postgres}")
    print(f"programs that wanted to run in the last 1, 5 and 15 minutes: {load}\n")
    print("\n".join(table.lines(figures)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
