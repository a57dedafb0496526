from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config import verifying
from listening.management import database


class Command(BaseCommand):
    help = "Check that what is stored keeps its promises: one line each, and exit 1 when one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        with database.needed():
            for finding in verifying.findings(timezone.now()):
                self.stdout.write(str(finding))
                broken += not finding.is_kept
        if broken:
            raise CommandError(f"{broken} of {len(verifying.CHECKS)} promises are broken.")
