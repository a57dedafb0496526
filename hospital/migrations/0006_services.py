import datetime

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospital", "0005_hands"),
    ]

    operations = [
        migrations.CreateModel(
            name="Service",
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
                            ("ed_wait", "ED wait"),
                            ("divert", "Divert"),
                            ("beds", "Beds"),
                            ("phones", "Phones"),
                            ("portal", "Portal"),
                            ("parking", "Parking"),
                            ("weather", "Weather"),
                            ("downtime", "Planned downtime"),
                        ],
                        max_length=10,
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=60)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("minutes", "minutes"),
                            ("percent", "per cent"),
                            ("number", "a number"),
                            ("words", "words alone"),
                        ],
                        default="words",
                        max_length=8,
                    ),
                ),
                ("limit", models.FloatField(blank=True, null=True)),
                ("is_limit_low", models.BooleanField(default=False)),
                (
                    "stale_after",
                    models.DurationField(
                        default=datetime.timedelta(seconds=900),
                        validators=[django.core.validators.MinValueValidator(datetime.timedelta(seconds=60))],
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=100)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="services",
                        to="hospital.facility",
                    ),
                ),
            ],
            options={
                "ordering": ["order", "name"],
            },
        ),
        migrations.CreateModel(
            name="ServiceStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("value", models.FloatField(blank=True, null=True)),
                ("words", models.CharField(blank=True, max_length=80)),
                ("is_trouble", models.BooleanField(default=False)),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                ("feed", models.CharField(max_length=60)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statuses",
                        to="hospital.service",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "service statuses",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("limit__isnull", True), models.Q(("unit", "words"), _negated=True), _connector="OR"
                ),
                name="service_words_have_no_limit",
            ),
        ),
        migrations.AddIndex(
            model_name="servicestatus",
            index=models.Index(fields=["service", "-at"], name="service_status_newest"),
        ),
        migrations.AddConstraint(
            model_name="servicestatus",
            constraint=models.UniqueConstraint(fields=("service", "at", "feed"), name="service_status_once"),
        ),
        migrations.AddConstraint(
            model_name="servicestatus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("value__isnull", False), models.Q(("words", ""), _negated=True), _connector="OR"
                ),
                name="service_status_says_something",
            ),
        ),
    ]
