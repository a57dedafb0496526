"""Many rows in one statement, ten times as fast as one by one."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values


def write(
    sql: str, values: Sequence[Sequence[Any]], *, fetch: bool = False, template: str | None = None
) -> list[Any]:
    """Run an INSERT ... VALUES %s over all rows; with `fetch`, what its RETURNING gives.

    `template` is one row, for a column whose type PostgreSQL cannot tell from nulls.
    """
    with connection.cursor() as cursor, connection.wrap_database_errors:
        found = execute_values(cursor.cursor, sql, values, template=template, page_size=500, fetch=fetch)
    return found or []


def adapted(row: Mapping[str, Any], *, as_json: Collection[str]) -> list[Any]:
    """A row's values; what JSON columns hold as JSON, for psycopg2 would make an array of a list."""
    return [json.dumps(value) if name in as_json else value for name, value in row.items()]
