"""Room for long expressions, and old lines put so that they mean in the query language what they meant before it.

Before, a line was words and "phrases", and every sign in it stood for itself.
"""

import re

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import MD5

PIECE = re.compile(r'"([^"]*)"|[^\s"]+')
SIGNS = re.compile(r"[:*?()=|&!#@]|^-|NEAR")


def translated(line: str) -> str:
    """The line with quotes around each word that would be more than a word now."""
    return " ".join(_translated(piece[0], piece[1]) for piece in PIECE.finditer(line))


def _translated(written: str, quoted: str | None) -> str:
    said = " ".join((written if quoted is None else quoted).split())
    if quoted is None and (said == "AND" or not SIGNS.search(said) or re.fullmatch(r"[#@]\w+", said)):
        return said
    # In quotes only * and ? still act.
    return f'"{re.sub("[*?]", " ", said)}"'


def translate(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    query = apps.get_model("listening", "Query")
    for row in query.objects.all().iterator():
        line = translated(row.expression)
        if line == row.expression:
            continue
        if query.objects.filter(watchlist=row.watchlist_id, expression=line).exists():
            continue
        row.expression = line
        row.save(update_fields=["expression"])


class Migration(migrations.Migration):
    dependencies = [("listening", "0008_restricted_in_no_count")]

    operations = [
        migrations.RemoveConstraint(model_name="query", name="query_once"),
        migrations.AlterField(
            model_name="query",
            name="expression",
            field=models.CharField(max_length=4000),
        ),
        migrations.AddConstraint(
            model_name="query",
            constraint=models.UniqueConstraint("watchlist", MD5("expression"), name="query_once"),
        ),
        migrations.RunPython(translate, migrations.RunPython.noop),
    ]
