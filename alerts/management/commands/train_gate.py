from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from alerts.gate import fitting, learned
from alerts.gate.fitting import CannotFit


class Command(BaseCommand):
    help = (
        "Fit what the gate has learned on sorted drafts: tables with a kind (safe, unsafe), a tab, a draft."
    )
    requires_system_checks = []  # It needs no database.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+")
        parser.add_argument("--to", type=Path, default=learned.FILE, help="where the weights go")

    def handle(self, *args: Any, files: list[Path], to: Path, **options: Any) -> None:
        try:
            drafts = fitting.drafts_of(files)
            body = fitting.fitted(drafts)
            to.write_text(body, encoding="utf-8")
        except (CannotFit, OSError, UnicodeDecodeError, ImportError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(drafts)} drafts, {len(body.splitlines()) - 1} things seen")
