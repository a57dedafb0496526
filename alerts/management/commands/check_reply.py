import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError

from alerts import checked, contacts
from listening import jsonlines


class Command(BaseCommand):
    help = "Read drafts of replies, one JSON object a line on standard input; answer each with one line."
    requires_system_checks = []  # It needs no database, and must start at once.

    def handle(self, *args: Any, **options: Any) -> None:
        if sys.stdin is None:
            raise CommandError("Standard input is closed: give one JSON object a line.")
        try:
            jsonlines.converse(sys.stdin.buffer, self.stdout, checked.answering(stored_contacts))
        except OSError as error:
            raise CommandError(f"Standard input cannot be read: {error.strerror}.") from error


def stored_contacts() -> list[str]:
    """Nothing where there is no database: then no number and no address is known to be ours."""
    try:
        return contacts.listed()
    except (ImproperlyConfigured, InterfaceError, OperationalError, ProgrammingError):
        return []
