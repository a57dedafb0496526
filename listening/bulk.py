"""Many rows in one statement, ten times as fast as one by one."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values


def write(sql: str, values: Sequence[Sequence[Any]], *, fetch: bool = False) -> list[Any]:
    """Run an INSERT ... VALUES %s over all rows; with `fetch`, what its RETURNING gives."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        return execute_values(cursor.cursor, sql, values, page_size=500, fetch=fetch) or []


def adapted(value: Any) -> Any:
    """A list as the JSON that its column holds; psycopg2 would make an array of it."""
    return json.dumps(value) if isinstance(value, list) else value
