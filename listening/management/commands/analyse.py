import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hospital.models import Facility
from listening import analysed, jsonlines
from listening.management import database


class Command(BaseCommand):
    help = "Read posts, one JSON object a line on standard input; answer each with one line."
    requires_system_checks = []  # It needs no database, and must start at once.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--facility", metavar="SLUG", help="mask the stored names of this facility")

    def handle(self, *args: Any, facility: str | None, **options: Any) -> None:
        names = self._names(facility) if facility else ()
        if sys.stdin is None:
            raise CommandError("Standard input is closed: give one JSON object a line.")
        try:
            jsonlines.converse(sys.stdin.buffer, self.stdout, analysed.answering(names))
        except OSError as error:
            raise CommandError(f"Standard input cannot be read: {error.strerror}.") from error

    def _names(self, slug: str) -> tuple[str, ...]:
        with database.needed():
            facility = Facility.objects.filter(slug=slug).first()
            if facility is None:
                raise CommandError(f"No facility is called {slug!r}.")
            return analysed.names_of(facility)
