import datetime

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospital", "0006_services"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("posted", "Posted to us, signed"),
                            ("dropped", "CSV files in a folder"),
                            ("polled", "A JSON address that we ask"),
                            ("calendar", "A downtime calendar (ICS)"),
                        ],
                        max_length=8,
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("address", models.CharField(blank=True, max_length=500)),
                ("sealed_secret", models.BinaryField(blank=True, default=b"")),
                (
                    "every",
                    models.DurationField(
                        default=datetime.timedelta(seconds=60),
                        validators=[django.core.validators.MinValueValidator(datetime.timedelta(seconds=5))],
                    ),
                ),
                (
                    "silent_after",
                    models.DurationField(
                        default=datetime.timedelta(seconds=900),
                        validators=[django.core.validators.MinValueValidator(datetime.timedelta(seconds=60))],
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("next_due_at", models.DateTimeField(blank=True, null=True)),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("document", models.TextField(blank=True)),
                ("looks", models.JSONField(blank=True, default=dict)),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feeds",
                        to="hospital.facility",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="hospital.service",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("name", models.CharField(blank=True, max_length=200)),
                ("stored", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("errors", models.JSONField(default=list)),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="hospital.feed",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.AddIndex(
            model_name="feed",
            index=models.Index(
                condition=models.Q(("is_active", True)), fields=["next_due_at"], name="feed_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "polled"), _negated=True),
                    models.Q(("address", ""), _negated=True),
                    _connector="OR",
                ),
                name="feed_polled_has_address",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["feed", "-at"], name="delivery_newest"),
        ),
    ]
