"""Where a big screen hangs decides what of a person may stand on it."""

from django.db import models


class ScreenClass(models.TextChoices):
    PUBLIC = "public", "Public corridor"  # no author, image, long quote or safety item
    STAFF = "staff", "Staff room"  # the text, and nobody's identity
    LOCKED = "locked", "Locked room"  # what the screen's own rights allow
