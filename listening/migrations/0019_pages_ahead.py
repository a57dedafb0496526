"""Pages that were read and wait to be stored."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("listening", "0018_look_up_what_feeds_heard"),
    ]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="asks",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="source",
            name="behind_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="PageAhead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField()),
                ("posts", models.PositiveIntegerField()),
                ("payload", models.TextField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pages_ahead",
                        to="listening.source",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "pages ahead",
                "ordering": ["pk"],
            },
        ),
    ]
