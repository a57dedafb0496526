import functools
import os

import pytest
from django.core.management.commands import flush as flush_command
from django.db.backends.postgresql.operations import DatabaseOperations
from httpx._transports import default

from tests import flushing, template
from tests.browser.rig import shared


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
    # The product gives up on a statement before its reader does; a test on a busy machine waits.
    connection.settings_dict["OPTIONS"]["options"] = "-c statement_timeout=300000 -c lock_timeout=60000"


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> None:
    """Tests sign people in hundreds of times; nobody attacks their passwords."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> None:
    # What Django would make again after a flush was not taken away.
    DatabaseOperations.execute_sql_flush = flushing.flush  # type: ignore[method-assign, assignment]
    flush_command.emit_post_migrate_signal = lambda *_: None  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def quick_calls() -> None:
    """Each `httpx.get` reads all certificates of the machine; nothing here is asked over TLS."""
    default.create_ssl_context = functools.cache(default.create_ssl_context)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def forgetful_cache() -> None:
    """What one test counted is not what the next one would."""
    from django.core.cache import cache

    cache.clear()
