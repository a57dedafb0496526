from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from listening import readers, rereading, rewriting, stored
from listening.changes import Tally
from listening.management import database
from listening.models import Mention, Rereading


class Command(BaseCommand):
    help = "Read again, with the reader in force, what an older one read. One that was begun is gone on with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", help="only posts published on this day or later: YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")

    def handle(self, *args: Any, since: str | None, dry_run: bool, **options: Any) -> None:
        begin = _day(since)
        with database.needed():
            if dry_run:
                self._rehearse(begin)
            else:
                self._read(begin)

    def _read(self, since: datetime | None) -> None:
        owed = self._owed(since)
        while owed.state == Rereading.State.RUNNING:
            if not rereading.work(owed.pk, clock=timezone.now) and self._is_held(owed):
                raise CommandError(f"A worker is reading them already: {owed.done:,} of {owed.total:,}.")
            owed.refresh_from_db()
            self.stdout.write(f"{owed.done:,} of {owed.total:,} read again, {owed.changed:,} changed")
        self._table(Tally.of(owed.tally))
        self.stdout.write(
            f"{owed.get_state_display()}. Kept as people set it: {owed.kept:,}. Unreadable: {owed.unread:,}."
        )
        if owed.state != Rereading.State.DONE:
            raise CommandError("It did not come to its end.")

    def _owed(self, since: datetime | None) -> Rereading:
        begun = Rereading.objects.unfinished().first()
        if begun is not None:
            self.stdout.write("One was begun before: it is gone on with, as it was asked for then.")
            return begun
        return rereading.start(since=since, facility=None, by=None, at=timezone.now())

    @staticmethod
    def _is_held(owed: Rereading) -> bool:
        owed.refresh_from_db()
        return owed.state == Rereading.State.RUNNING

    def _rehearse(self, since: datetime | None) -> None:
        reader, now, tally = readers.current(), timezone.now(), Tally()
        done = changed = kept = 0
        for mentions in _chunks(rereading.older(reader.version, since=since).order_by("-pk")):
            asked = stored.asking(mentions)
            for mention in mentions:
                reading = stored.read(mention, asked(mention), reader)
                rewrite, is_kept = rewriting.differing(mention, reading, now) if reading else (None, False)
                kept += is_kept
                if rewrite:
                    changed += 1
                    tally.add(rewriting.stored_values(mention, rewrite.values), rewrite.values)
            done += len(mentions)
            self.stdout.write(f"{done:,} tried, {changed:,} would change")
        self._table(tally)
        self.stdout.write(f"Nothing was written. Would be kept as people set it: {kept:,}.")

    def _table(self, tally: Tally) -> None:
        for label, moves in tally.rows():
            for move in moves:
                line = f"{label:<8}{move.before or '-':<16}{move.after or '-':<16}{move.count:>9,}"
                self.stdout.write(line)


def _chunks(mentions: Any) -> Iterator[list[Mention]]:
    """Newest first, by their ids: nothing is held open meanwhile."""
    chunk = list(mentions[: rereading.CHUNK])
    while chunk:
        yield chunk
        chunk = list(mentions.filter(pk__lt=chunk[-1].pk)[: rereading.CHUNK])


def _day(since: str | None) -> datetime | None:
    try:
        day = parse_date(since) if since else None
    except ValueError:
        day = None
    if since and day is None:
        raise CommandError(f"{since!r} is no day. Write it as 2026-03-02.")
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
