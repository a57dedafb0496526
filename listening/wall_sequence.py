"""Numbers for what screens must show, in the order in which it becomes visible.

A bare sequence gives its numbers out before commit, so that a reader who has seen 105 may miss a 104 that
commits later. Here the numbers are taken under a lock that is held until the transaction ends.
"""

from django.db import connection

STORE_LOCK = 7_002
"""Key of the advisory lock; taken last in a transaction, just before its rows are written."""


def take(count: int) -> list[int]:
    """The next numbers, rising; call inside the transaction that writes them, close to its end."""
    hold()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('listening_wall_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def hold() -> None:
    """Until the transaction ends nobody else writes mentions that screens must show."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STORE_LOCK])


def newest() -> int:
    """The highest number that is visible now; 0 on an empty database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(wall_seq), 0) FROM listening_mention")
        return int(cursor.fetchone()[0])
