import sys
from argparse import ArgumentParser
from functools import cached_property
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hospital.models import Facility
from listening import facilities, jsonlines, matched
from listening.management import database
from listening.queries.asked import Asked
from listening.queries.matching import Single
from listening.queries.parsing import BadExpression
from listening.queries.tree import fields_of


class Command(BaseCommand):
    help = (
        "Hold posts against one query, one JSON object a line on standard input; answer each with one line. "
        "An expression that begins with - stands after --."
    )
    requires_system_checks = []  # It needs no database, and must start at once.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("expression", help="a query, as watchlists hold them: docs/queries.md")

    def handle(self, *args: Any, expression: str, **options: Any) -> None:
        try:
            single = Single(expression)
        except BadExpression as error:
            raise CommandError(str(error)) from None
        answer = matched.answering(single, Stored(single).places)
        if sys.stdin is None:
            raise CommandError("Standard input is closed: give one JSON object a line.")
        try:
            jsonlines.converse(sys.stdin.buffer, self.stdout, answer)
        except OSError as error:
            raise CommandError(f"Standard input cannot be read: {error.strerror}.") from error


class Stored:
    """The facilities of the database, read when the first post needs them."""

    def __init__(self, single: Single) -> None:
        self.asked = {field.value for field in fields_of(single.tree) if field.name == "facility"}

    def places(self, asked: Asked) -> tuple[str, ...]:
        slug = self.slugs.get(self.names.named_in(asked.text, asked.title) or 0)
        return (slug,) if slug else ()

    @cached_property
    def slugs(self) -> dict[int, str]:
        with database.needed():
            slugs = dict(Facility.objects.values_list("pk", "slug"))
        if unknown := self.asked - set(slugs.values()):
            raise CommandError(f"No facility is called {min(unknown)!r}.")
        return slugs

    @cached_property
    def names(self) -> facilities.Facilities:
        with database.needed():
            return facilities.current()
