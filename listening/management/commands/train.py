import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from listening import training
from listening.evaluation.files import BadSet
from listening.reading import learned
from listening.reading.learned import Model
from listening.training import CannotTrain, Table


class Command(BaseCommand):
    help = "Fit what the readers have learned on the labelled sets of a folder, and write the model files."
    requires_system_checks = []  # It needs no database.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--hold", metavar="DIGITS", default="", help="leave out texts whose sha1 begins so, such as 67"
        )
        parser.add_argument("--to", type=Path, default=learned.MODELS, help="where the files go")
        parser.add_argument("--only", metavar="SUBJECT", default="", help="one of the subjects")

    def handle(self, *args: Any, folder: Path, hold: str, to: Path, only: str, **options: Any) -> None:
        known = training.subjects()
        if only and only not in known:
            raise CommandError(f"There is no subject {only!r}. There are: {', '.join(known)}.")
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        try:
            digits = training.digits_without(hold)
            to.mkdir(parents=True, exist_ok=True)
            for name in [only] if only else known:
                self._train(name, folder, digits, to)
        except (CannotTrain, BadSet, OSError) as error:
            raise CommandError(str(error)) from error

    def _train(self, name: str, folder: Path, digits: str, to: Path) -> None:
        started = time.monotonic()
        for made in training.subjects()[name](folder, digits):
            file, body, says = self._written(made)
            (to / file).write_text(body, encoding="utf-8")
            self.stdout.write(f"{file}: {says}; {len(body) // 1024} KB, {time.monotonic() - started:.0f} s")
            self.stdout.flush()

    def _written(self, made: Model | Table) -> tuple[str, str, str]:
        if isinstance(made, Table):
            return made.file, made.body, f"{len(made.body.splitlines())} lines"
        sources = [f"{each.rows} rows of {each.set} ({each.licence})" for each in made.head.fitted_on]
        says = f"{', '.join(sources)}; {len(made.terms)} things seen"
        return f"{made.head.name}.tsv", learned.written(made), says
