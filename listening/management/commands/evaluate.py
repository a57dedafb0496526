from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from listening import evaluation
from listening.evaluation.contract import Score
from listening.evaluation.files import BadSet

LINE = "{:<31} {:>6}  {:<36} {:>11} {:>7}  {}"


class Command(BaseCommand):
    help = "Score the readers on the labelled sets of a folder: one line a score, plain VADER beside ours."
    requires_system_checks = []  # It needs no database.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--only", metavar="SUBJECT", default="", help="one of the subjects")

    def handle(self, *args: Any, folder: Path, only: str, **options: Any) -> None:
        known = evaluation.subjects()
        if only and only not in known:
            raise CommandError(f"There is no subject {only!r}. There are: {', '.join(known)}.")
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        try:
            printed = sum(map(self._print, self._scores(folder, only)))
        except (BadSet, OSError) as error:
            raise CommandError(str(error)) from error
        if not printed:
            raise CommandError(f"No labelled set that is known lies in {folder}.")

    def _scores(self, folder: Path, only: str) -> Any:
        self._line(LINE.format("set", "rows", "metric", "plain VADER", "ours", "").rstrip())
        return evaluation.scores(folder, only)

    def _print(self, score: Score) -> int:
        baseline = "-" if score.baseline is None else f"{score.baseline:.3f}"
        shown = (score.set, score.rows, score.metric, baseline, f"{score.ours:.3f}", score.note)
        self._line(LINE.format(*shown).rstrip())
        return 1

    def _line(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
