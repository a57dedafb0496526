"""python -m config.bench NAME ...: on the database of the environment, which it empties.

`manage.py bench` starts it, on a database that is made for it.
"""

import os
import platform
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from config.bench.table import Figure

THROW_AWAY = "murmur-bench-"


def main(arguments: list[str]) -> None:
    if THROW_AWAY not in os.environ.get("MURMUR_VAR", ""):
        sys.exit("This empties its database. Run it as `manage.py bench`, which makes one for it.")
    django.setup()
    call_command("migrate", verbosity=0)
    figures: list[Figure] = []
    for name in arguments:
        if name != "--small":
            figures += measured(name, is_small="--small" in arguments)
    print_table(figures)


def measured(name: str, *, is_small: bool) -> "Iterator[Figure]":
    from config.bench import archive, matching, pipeline, reading, walls
    from config.bench.progress import say

    call_command("flush", interactive=False, verbosity=0)
    parts = {each.__name__.rpartition(".")[2]: each for each in (reading, matching, pipeline, walls, archive)}
    for figure in parts[name].measure(is_small=is_small):
        say(f"{figure.name}: {figure.value:,.1f} {figure.unit}")
        yield figure


def print_table(figures: "list[Figure]") -> None:
    from django.db import connection

    from config.bench import table

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    print(f"{os.cpu_count()} processors, Python {platform.python_version()}, PostgreSQL {postgres}\n")
    print("\n".join(table.lines(figures)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
