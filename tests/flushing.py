"""Between two tests that commit, the database is emptied: of the few rows that there are, not of all tables.

Django truncates every table and makes every permission anew, which costs a fifth of a second each time. The
kinds of things and their permissions are the same in every test: they stay.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import IntegrityError, NotSupportedError, OperationalError, connection, transaction

MANY = 300
"""Rows from which on it is cheaper to truncate: each that goes is looked for wherever it might be named."""

STAY = {"django_content_type", "auth_permission"}
TRIES = 5


def flush(*_: Any) -> None:
    """Somebody who is just ending, a thread or the web process, may still hold a row and want another.

    PostgreSQL breaks such a knot by refusing one of the two, and when it is the flush, it is tried again.
    """
    for left in reversed(range(TRIES)):
        try:
            empty()
            break
        except (OperationalError, IntegrityError):
            if not left:
                raise


def empty() -> None:
    names = tables()
    rows = counted(names)
    try:
        if sum(rows.values()) < MANY:
            delete([name for name in names if rows[name]])
            return
    except NotSupportedError:
        pass  # one that may not be deleted from is named by another
    truncate(names)


def tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    names = {model._meta.db_table for model in models if model._meta.can_migrate(connection)}
    return sorted(names - STAY)


def counted(names: Sequence[str]) -> dict[str, int]:
    count = "SELECT '{0}', (SELECT count(*) FROM (SELECT FROM {0} LIMIT {1}) few)"
    each = [count.format(name, MANY) for name in names]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def delete(names: Sequence[str]) -> None:
    """In any order: what refers to what is looked at in the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        kept = append_only(cursor)
        for name in names:
            cursor.execute(f"TRUNCATE {name}" if name in kept else f"DELETE FROM {name}")  # noqa: S608


def append_only(cursor: Any) -> set[str]:
    """Those with a trigger of ours that would refuse a deletion."""
    cursor.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 8 <> 0"
    )
    return {name for (name,) in cursor.fetchall()}


def truncate(names: Sequence[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(names)}")
