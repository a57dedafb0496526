from datetime import timedelta

from django.test import TestCase

from listening import ingest, spending
from listening.budget import Stage
from listening.models import Poll, Source, Watchlist
from listening.sources.contract import Page
from tests import base
from tests.listening.polling import HandClock, owe, page

DAY = timedelta(days=1)


class SavingTests(TestCase):
    """A source with a limit of a thousand posts, of which 950 are read, and admins who know."""

    def setUp(self) -> None:
        self.source = base.source(cursor={"seen": 7}, monthly_posts=1000, told_at=base.NOW - DAY)
        Source.objects.update(created_at=base.NOW - 30 * DAY)
        base.watchlist("northfield", name="Us")
        base.watchlist("northfield gun", name="Danger", pace=Watchlist.Pace.SAFETY)
        self.read_before(950)

    def read_before(self, number: int) -> None:
        owe(self.source, slot=base.NOW - timedelta(hours=1), state="done", fetched=number, dropped=number)

    def poll(self, *answers: Page) -> base.FakeSource:
        self.source.refresh_from_db()
        fake = base.FakeSource(*answers)
        with base.registered(fake):
            ingest.poll(owe(self.source).pk, clock=HandClock())
        self.source.refresh_from_db()
        return fake

    def asked(self, fake: base.FakeSource) -> list[str]:
        return [str(each.expression) for _, queries, _ in fake.calls for each in queries]

    def test_what_a_tried_key_was_shown_is_counted(self) -> None:
        spending.tried(self.source, 40, base.NOW)
        self.assertEqual(spending.read(self.source, base.NOW - DAY), 990)

    def test_only_what_is_about_safety_is_asked(self) -> None:
        self.assertEqual(spending.stage(self.source, base.NOW), Stage.RESERVE)
        fake = self.poll(page(base.post("A gun at Northfield", "p1"), cursor={"seen": 1}))
        self.assertEqual(len(self.asked(fake)), 1)
        self.assertIn("gun", self.asked(fake)[0])
        self.assertEqual(self.source.cursor, {"seen": 7, "groups": {"safety": {"seen": 1}}})

    def test_a_group_goes_on_from_where_it_was(self) -> None:
        self.poll(page(cursor={"seen": 1}, has_more=True), page(cursor={"seen": 2}))
        fake = self.poll(page(cursor={"seen": 3}))
        self.assertEqual(fake.calls[0][2], {"seen": 2})

    def test_without_a_limit_it_goes_on_with_everything_from_where_that_was(self) -> None:
        self.poll(page(cursor={"seen": 1}))
        Source.objects.update(monthly_posts=None)
        fake = self.poll(page(cursor={"seen": 8}))
        self.assertEqual((len(self.asked(fake)), fake.calls[0][2]), (2, {"seen": 7}))
        self.assertEqual(self.source.cursor, {"seen": 8})

    def test_a_month_that_is_spent_asks_nobody_and_says_so_by_its_stage(self) -> None:
        self.read_before_more = owe(
            self.source, slot=base.NOW - timedelta(hours=2), state="done", fetched=50, dropped=50
        )
        fake = self.poll()
        self.assertEqual((fake.calls, spending.stage(self.source, base.NOW)), ([], Stage.SPENT))
        self.assertEqual(Poll.objects.order_by("-pk")[0].state, Poll.State.DONE)
        self.assertEqual(self.source.cursor, {"seen": 7})

    def test_what_was_told_last_month_counts_no_more(self) -> None:
        Source.objects.update(told_at=base.NOW - 5 * DAY)
        self.source.refresh_from_db()
        self.assertIsNone(spending.told_at(self.source, base.NOW))
