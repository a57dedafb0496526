"""What feeds of Reddit heard before the API looked it up is due at once."""

from typing import Any

from django.db import migrations
from django.utils import timezone


def are_due(apps: Any, schema_editor: Any) -> None:
    mentions = apps.get_model("listening", "Mention").objects
    heard = mentions.filter(source__kind="reddit_feed", is_gone=False, recheck_at=None)
    heard.update(recheck_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("listening", "0017_in_building")]

    operations = [migrations.RunPython(are_due, migrations.RunPython.noop)]
