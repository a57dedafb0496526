import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from listening import ingest, rehearsal, sweep
from listening.management import database
from listening.models import Poll, Source
from listening.sources.contract import SourceError


class Command(BaseCommand):
    help = "Ask one source now, also one that is paused, and say what came of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="its slug")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="fetch one page, say what would become of it, store nothing",
        )

    def handle(self, *args: Any, source: str, dry_run: bool, **options: Any) -> None:
        with database.needed():
            found = self._source(source)
            if dry_run:
                self._rehearse(found)
            else:
                self._poll(found)

    def _source(self, slug: str) -> Source:
        polled = Source.objects.exclude(kind=Source.IMPORT)
        found = polled.filter(slug=slug).first()
        if found is None:
            known = ", ".join(polled.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"No source that is polled is called {slug!r}. There are: {known}.")
        return found

    def _poll(self, source: Source) -> None:
        # One that is owed already and that no worker has taken is as good as a new one.
        owed = (
            sweep.open_poll(source, timezone.now()) or Poll.objects.unfinished().filter(source=source).first()
        )
        done = ingest.poll(owed.pk) if owed else None
        if done is None:
            raise CommandError(f"Another poll of {source.slug} is running.")
        self.stdout.write(done.conservation)
        if done.state == Poll.State.FAILED:
            raise CommandError(done.error)
        pages = "1 page" if done.pages == 1 else f"{done.pages} pages"
        self.stdout.write(f"{source.name} answered with {pages}.{f' {done.gap}' if done.gap else ''}")

    def _rehearse(self, source: Source) -> None:
        try:
            for line in rehearsal.rehearse(source, timezone.now):
                self.stdout.write(json.dumps(line))
        except SourceError as error:
            raise CommandError(error.message) from error
