from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from listening import filerows, importing
from listening.filepost import COLUMNS, columns_of
from listening.filerows import BadFile, File
from listening.importing import CannotImport, Survey
from listening.management import database
from listening.models import Poll

EVERY = 5000
"""Rows between two lines of progress."""


class Command(BaseCommand):
    help = "Store the posts of a CSV or JSON lines file as a poll would. The same file twice adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=f"with the columns {', '.join(COLUMNS)}")
        parser.add_argument(
            "--source", required=True, metavar="NAME", help="what the mentions are kept under"
        )
        parser.add_argument(
            "--map", type=_renamed, default={}, metavar="OURS=THEIRS,...", help="columns with other names"
        )
        parser.add_argument("--match-all", action="store_true", help="keep posts that no query finds")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            opened = filerows.opened(file)
            columns = columns_of(opened, options["map"])
            found = importing.survey(opened, columns)
            with database.needed():
                self._import(opened, columns, found, **options)
        except (BadFile, CannotImport) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error

    def _import(self, file: File, columns: Any, found: Survey, **options: Any) -> None:
        if file.encoding == "cp1252":
            self.stderr.write(f"{file.path}: not UTF-8, read as Windows-1252.")
        now = timezone.now()
        source = importing.source_named(options["source"], now)
        told = 0
        polls = importing.run(
            file, columns, found, source=source, takes_all=options["match_all"], clock=timezone.now
        )
        for poll in polls:
            if poll.fetched - told >= EVERY and poll.fetched < found.rows:
                told = poll.fetched
                self.stderr.write(f"{poll.fetched:,} of {found.rows:,} rows")
        self._say(poll)

    def _say(self, poll: Poll) -> None:
        if poll.quarantined:
            self.stderr.write(f"{poll.quarantined:,} rows could not be read and are kept under Quarantined.")
        self.stdout.write(poll.conservation)


def _renamed(given: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given.split(",") if pair.strip()]
    if not all(ours.strip() and theirs.strip() for ours, _, theirs in pairs):
        raise ArgumentTypeError(f"{given!r} is not of the form external_id=tweet_id,author=name")
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
