from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.test import TestCase

from hospital.models import AuditEntry
from listening import watchlist_history, watchlist_imports, watchlists
from listening.models import Watchlist, WatchlistVersion
from listening.plain_yaml import BadFile
from listening.watchlist_imports import Import
from tests.base import NOW, ada, facility, mallory, watchlist

FILE = """\
name: Waiting
owner: ada
facility: main
review: 2026-05-01
queries:
- query: northfield wait
  note: The plain one
- larkmoor queue
"""


def prepared(text: str = FILE, into: Watchlist | None = None, **fields: Any) -> Import:
    return watchlist_imports.prepared(text, into, facility_ids=fields.get("facility_ids"))


def put(wanted: Import, **fields: Any) -> Watchlist:
    return watchlist_imports.put(
        wanted, based_on=fields.pop("based_on", wanted.number), by=ada(), at=NOW, **fields
    )


class PreparedTests(TestCase):
    def setUp(self) -> None:
        ada()
        self.main = facility()

    def test_it_shows_each_line_that_would_change(self) -> None:
        made = put(prepared())
        wanted = prepared(FILE.replace("larkmoor queue", "alder falls"), made)
        self.assertEqual((wanted.added, wanted.removed), (1, 1))
        self.assertIn("-- larkmoor queue", wanted.lines)
        self.assertIn("+- alder falls", wanted.lines)

    def test_what_is_not_here_is_named_with_its_line(self) -> None:
        mallory()
        for change, said in (
            (("owner: ada", "owner: nobody"), "Line 2, “owner”: nobody here signs in as “nobody”."),
            (("owner: ada", "owner: mallory"), "Line 2, “owner”: nobody here"),
            (("facility: main", "facility: east"), "Line 3, “facility”: you have no facility “east”"),
            (("larkmoor queue", 'larkmoor "queue'), "Line 8, “queries[2]”: "),
        ):
            with self.subTest(change):
                with self.assertRaises(BadFile) as caught:
                    prepared(FILE.replace(*change))
                self.assertEqual(str(caught.exception)[: len(said)], said)

    def test_a_facility_out_of_reach_is_not_there(self) -> None:
        elsewhere = frozenset({facility("Northfield North Hospital", "north").pk})
        with self.assertRaisesMessage(BadFile, "Yours are: north."):
            prepared(facility_ids=elsewhere)
        with self.assertRaisesMessage(BadFile, "Only an admin of all facilities"):
            prepared(FILE.replace("facility: main\n", ""), facility_ids=elsewhere)

    def test_a_name_that_is_taken_is_refused(self) -> None:
        watchlist("northfield", name="Waiting")
        with self.assertRaisesMessage(BadFile, "Line 1, “name”: there is a watchlist “Waiting” already"):
            prepared()


class PutTests(TestCase):
    def setUp(self) -> None:
        ada()
        self.main = facility()

    def test_all_that_the_file_says_is_saved(self) -> None:
        made = put(prepared())
        self.assertEqual((made.owner, made.facility, made.review_on), (ada(), self.main, date(2026, 5, 1)))
        self.assertEqual(watchlists.lines_of(made), ["northfield wait", "larkmoor queue"])
        self.assertEqual(made.queries.get(expression="northfield wait").note, "The plain one")
        self.assertEqual(watchlist_history.body_of(made), FILE.replace("queries:", "active: true\nqueries:"))

    def test_it_is_kept_as_a_version_and_in_the_audit(self) -> None:
        made = put(prepared(), note="From  the\nfile")
        version = WatchlistVersion.objects.get()
        self.assertEqual((version.number, version.note, version.by), (1, "From the file", ada()))
        self.assertEqual(AuditEntry.objects.latest("pk").subject, f"watchlist {made.pk}")

    def test_a_file_that_changes_nothing_is_refused(self) -> None:
        made = put(prepared())
        with self.assertRaisesMessage(ValidationError, "nothing was saved"):
            put(prepared(FILE, made))

    def test_a_change_meanwhile_is_not_written_over(self) -> None:
        made = put(prepared())
        wanted = prepared(FILE.replace("larkmoor", "alder"), made)
        watchlists.save(made, name="Waiting", lines=["northfield"], by=ada(), at=NOW)
        with self.assertRaisesMessage(ValidationError, "saved version 2 meanwhile"):
            put(wanted)


class GoBackTests(TestCase):
    def test_an_earlier_version_comes_back_as_a_new_one(self) -> None:
        made = watchlist("northfield")
        watchlists.save(made, name="Other", lines=["larkmoor"], by=ada(), at=NOW, note="A try")
        watchlist_imports.go_back(made, 1, facility_ids=None, by=ada(), at=NOW)
        made.refresh_from_db()
        self.assertEqual((made.name, watchlists.lines_of(made)), ("Northfield", ["northfield"]))
        notes = list(made.versions.values_list("number", "note"))
        self.assertEqual(notes, [(3, "Back to version 1"), (2, "A try"), (1, "")])


class HistoryTests(TestCase):
    def test_a_list_older_than_its_history_keeps_what_it_was(self) -> None:
        made = watchlist("northfield")
        watchlists.save(made, name="Northfield", lines=["larkmoor"], by=ada(), at=NOW)
        self.assertEqual(made.versions.count(), 2)
        self.assertIn("northfield", watchlist_history.body_at(made, 1))

    def test_a_save_that_changes_nothing_is_no_version(self) -> None:
        made = watchlist("northfield")
        for _ in range(2):
            watchlists.save(made, name="Northfield", lines=["northfield"], by=ada(), at=NOW)
        self.assertEqual(watchlist_history.number_of(made), 1)

    def test_a_review_is_overdue_the_day_after(self) -> None:
        today = date(2026, 3, 2)
        for day, expected in ((None, False), (today, False), (date(2026, 3, 1), True)):
            self.assertEqual(watchlist_history.is_overdue(day, today), expected)
