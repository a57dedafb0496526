"""For commands that need the database: one line where there is none, in place of a page of traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError


@contextmanager
def needed() -> Iterator[None]:
    try:
        yield
    except ImproperlyConfigured:
        raise CommandError("This needs the database: start Murmur first, or set DATABASE_URL.") from None
    except (InterfaceError, OperationalError, ProgrammingError) as error:
        said = str(error).strip().partition("\n")[0]
        raise CommandError(f"The database cannot be used: {said}") from error
