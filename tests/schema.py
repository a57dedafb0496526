"""What `migrate` makes of an empty database, in a tenth of its time.

Its steps draw every model again at each change, though there is nothing in the tables yet. Here the tables
are made from the models at once, and from the migrations comes what only they know: their SQL and their rows.
`tests/embedded/test_up.py` holds the outcome against a database that was migrated step by step.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, RunSQL

Statement = tuple[str, RunSQL | RunPython]

NOW: Any = SimpleNamespace(apps=apps, clear_delayed_apps_cache=lambda: None)
"""The models as they are stand for those of each step: there is no row yet that could have an older shape."""


def build() -> None:
    executor = MigrationExecutor(connection)
    plan = [step for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    executor.recorder.ensure_schema()
    # What needs no table comes first, for an index may call a function; the rest once the tables are there.
    later = [each for each in statements(plan) if not was_possible(each)]
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
    for each in later:
        run(each)
    for step in plan:
        executor.recorder.record_applied(step.app_label, step.name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def statements(plan: list[Any]) -> Iterator[Statement]:
    for step in plan:
        for operation in step.operations:
            if isinstance(operation, RunSQL | RunPython):
                yield step.app_label, operation


def was_possible(statement: Statement) -> bool:
    if isinstance(statement[1], RunPython):
        return False
    try:
        run(statement)
    except DatabaseError:
        return False
    return True


def run(statement: Statement) -> None:
    app_label, operation = statement
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards(app_label, editor, NOW, NOW)


def catalogue(cursor: Any) -> set[str]:
    """Each column, key, condition, index, function and trigger of a database, as PostgreSQL tells it."""
    cursor.execute(CATALOGUE)
    return {" ".join(map(str, row)) for row in cursor.fetchall()}


CATALOGUE = """
WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace)
SELECT 'table', relname, relkind::text, relpersistence::text, '' FROM ours WHERE relkind <> 'i'
UNION ALL
SELECT 'column', relname, attname, format_type(atttypid, atttypmod),
  concat(attnotnull, attidentity, pg_get_expr(adbin, adrelid))
FROM pg_attribute JOIN ours ON attrelid = ours.oid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped AND relkind = 'r'
UNION ALL
SELECT 'constraint', relname, contype::text, pg_get_constraintdef(pg_constraint.oid), ''
FROM pg_constraint JOIN ours ON conrelid = ours.oid
UNION ALL
SELECT 'index', tablename, '', regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON'), '' FROM pg_indexes
WHERE schemaname = 'public'
UNION ALL
SELECT 'function', proname, '', pg_get_functiondef(oid), '' FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'trigger', relname, '', pg_get_triggerdef(pg_trigger.oid), '' FROM pg_trigger
JOIN ours ON tgrelid = ours.oid WHERE NOT tgisinternal
"""
