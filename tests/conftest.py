import os
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.postgresql.operations import DatabaseOperations

from tests import template
from tests.browser.rig import shared

TRIES = 5


def pytest_xdist_auto_num_workers() -> int:
    """Two more than the processors: drills and browsers wait more than they work."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first, or at the end one process has it to do while the others are idle.

    Drills wait for `make drills`.
    """
    if not os.environ.get("MURMUR_DRILL_POINTS"):
        drills = [item for item in items if item.get_closest_marker("drill")]
        config.hook.pytest_deselected(items=drills)
        items[:] = [item for item in items if item not in drills]
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("slow", "browser")])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or not nextitem.get_closest_marker("browser"):
        shared.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = template.wait() or None


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> None:
    """Tests sign people in hundreds of times; nobody attacks their passwords."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]


@pytest.fixture(autouse=True, scope="session")
def patient_flush() -> None:
    """Emptying the tables locks them all; a thread that is just ending may hold one and want another.

    PostgreSQL breaks such a knot by refusing one of the two, and when it is the flush, it is tried again.
    """
    flush = DatabaseOperations.execute_sql_flush

    def patient(self: DatabaseOperations, sql_list: Sequence[Any]) -> None:
        for left in reversed(range(TRIES)):
            try:
                flush(self, sql_list)
                break
            except OperationalError:
                if not left:
                    raise

    DatabaseOperations.execute_sql_flush = patient  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def forgetful_cache() -> None:
    """What one test counted is not what the next one would."""
    from django.core.cache import cache

    cache.clear()
