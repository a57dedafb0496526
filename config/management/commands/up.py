import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.embedded import CannotStart, options, start
from config.embedded.output import Output


class Command(BaseCommand):
    help = (
        "Run everything: servers unless DATABASE_URL and REDIS_URL name others, web, workers, beat, stream,"
        " sandbox."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **arguments: Any) -> None:
        try:
            chosen = options.read()
        except CannotStart as error:
            sys.exit(str(error))
        sys.exit(start.up(chosen, Output(), host_header=host_header(settings.ALLOWED_HOSTS)))


def host_header(allowed: list[str]) -> str:
    """A name that the site answers to, for asking our own web process whether it is up."""
    first = allowed[0] if allowed else "localhost"
    return "localhost" if first == "*" else first.lstrip(".")
