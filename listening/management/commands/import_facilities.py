from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hospital import lists
from hospital.lists import BadList, HospitalList, Listed
from listening import listed
from listening.listed import Plan
from listening.management import database


class Command(BaseCommand):
    help = (
        "Add hospitals of a public list (CMS or NHS, as CSV) as facilities. The same file twice adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--find",
            default="",
            metavar="WORDS",
            help="only those that hold all these words",
        )
        parser.add_argument("--system", default="", help="the health system that they belong to")
        parser.add_argument("--dry-run", action="store_true", help="say what would be added, add nothing")
        parser.add_argument(
            "--look-up", action="store_true", help="add nothing: keep the list for looking up on the screens"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        read = self._read(file)
        wanted = listed.holding(read.hospitals, options["find"])
        with database.needed():
            if options["look_up"]:
                kept = listed.keep(read, by=None, at=timezone.now())
                self.stdout.write(f"{kept:,} hospitals can be looked up under Facilities.")
            else:
                self._add(wanted, **options)

    def _read(self, file: Path) -> HospitalList:
        try:
            return lists.read(file.read_bytes())
        except BadList as error:
            raise CommandError(f"{file}: {error}") from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error

    def _add(self, wanted: list[Listed], **options: Any) -> None:
        plan = listed.plan(wanted)
        self._tell(plan)
        if options["dry_run"]:
            self.stdout.write("Nothing was added: this was a dry run.")
        else:
            added = listed.add(plan, system=options["system"][:200], by=None, at=timezone.now())
            self.stdout.write(f"{added:,} facilities were added.")

    def _tell(self, plan: Plan) -> None:
        for each in plan.new:
            where = ", ".join(filter(None, (each.city, each.region)))
            self.stdout.write(f"{each.listed_as}  {each.name}" + (f", {where}" if where else ""))
        for name, places in plan.shared.items():
            self.stdout.write(f"shared name: {name} ({'; '.join(places)})")
        count = f"{len(plan.new):,} new, {len(plan.known):,} there already"
        self.stdout.write(f"{count}, {len(plan.shared):,} names shared")
