"""What an administrator is told of credentials that were just entered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from django import forms
from django.test import TestCase

from listening import checking
from listening.models import Mention, Poll
from listening.sources import adapters
from listening.sources.contract import (
    Adapter,
    AuthFailed,
    BadPayload,
    Connection,
    Cursor,
    Forbidden,
    Listening,
    Page,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Unavailable,
)
from listening.sources.options import LinesField, PartsField
from tests import base
from tests.listening.polling import page

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("error", "worked_until", "says", "is_final"),
    [
        (AuthFailed("No."), None, "X does not accept this key. It is mistyped", True),
        (AuthFailed("No."), NOW - DAY, "X takes this key no longer. It worked until 1 Mar 2026", True),
        (AuthFailed("X has no bearer token yet."), None, "X has no bearer token yet. Enter it", True),
        (QuotaExhausted("No."), None, "its credit is used up. Add credit", True),
        (QuotaExhausted("No.", retry_at=LATER), None, "its quota is used up. It is free again at", False),
        (RateLimited("No.", retry_at=LATER), None, "asks to wait. It is free again at", False),
        (Forbidden("X does not allow this."), None, "Look at the rights of the key", True),
        (
            Unavailable("X could not be reached."),
            None,
            "reached. It could not be tried",
            False,
        ),
        (BadPayload("X answered oddly."), None, "look at the address", False),
    ],
)
def test_what_is_wrong_and_what_to_do(
    error: SourceError, worked_until: datetime | None, says: str, is_final: bool
) -> None:
    outcome = checking.failed("X", error, NOW, worked_until)
    assert says in outcome.words
    assert (outcome.works, outcome.is_final, outcome.kind) == (False, is_final, error.kind)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (page(), "It works. It answered, and has no post"),
        (page(base.post(published_at=NOW)), "1 post seen, the newest of"),
        (page(base.post(published_at=None)), "It works: 1 post seen. None"),
        (page(base.post(published_at=LATER)), "It works: 1 post seen. None"),
    ],
)
def test_that_it_works(found: Page, says: str) -> None:
    assert says in checking.worked(found, NOW)


class Feeds(forms.Form):
    feeds = LinesField()
    channels = PartsField(required=False)


class Parted(base.FakeSource):
    """Answers each part by what stands in `by_part`, and takes so many seconds for it."""

    OptionsForm = Feeds

    def __init__(self, takes: float = 0, **by_part: Page | SourceError) -> None:
        super().__init__()
        self.by_part, self.takes, self.now = by_part, takes, 0.0

    def fetch(self, connection: Connection, queries: Sequence[Listening], cursor: Cursor) -> Page:
        self.now += self.takes
        asked = (connection.options["feeds"] + connection.options.get("channels", "")).strip()
        self.answers = [self.by_part[asked.partition("://")[2].partition(".")[0] or asked]]
        return super().fetch(connection, queries, cursor)

    def check(self, *feeds: str, **options: str) -> checking.Outcome:
        entered = {"feeds": "\n".join(feeds), **options}
        return checking.check(cast(Adapter, self), entered, {}, base.NOW, clock=lambda: self.now)


DEAD = Unavailable("The feed at b.example could not be reached.")


class PartsTests(TestCase):
    def test_one_that_is_dead_is_named_and_the_others_count(self) -> None:
        for order in (("a", "b", "c"), ("b", "a", "c"), ("c", "a", "b")):
            fake = Parted(a=page(base.post()), b=DEAD, c=page(base.post()))
            outcome = fake.check(*(f"https://{name}.example/?token=hush" for name in order))
            self.assertTrue(outcome.works and outcome.is_partly)
            self.assertIn("It works: 2 posts seen", outcome.words)
            number = order.index("b") + 1
            said = f"Feeds, number {number} (b.example): {DEAD.message} Mend it or take it out; the others"
            self.assertIn(said, outcome.words)
            self.assertNotIn("hush", outcome.words)
            self.assertEqual(outcome.seen, 2)

    def test_all_dead_is_dead(self) -> None:
        outcome = Parted(a=DEAD, b=DEAD).check("a", "b")
        self.assertEqual((outcome.works, outcome.kind), (False, "unavailable"))

    def test_each_is_asked_alone(self) -> None:
        fake = Parted(a=page(), b=page(), d=page())
        outcome = fake.check("a", "# c", "b", channels="d")
        asked = [(call[0].options["feeds"], call[0].options["channels"]) for call in fake.calls]
        self.assertEqual(asked, [("a", ""), ("b", ""), ("", "d")])
        self.assertFalse(outcome.is_partly)

    def test_a_key_that_is_refused_ends_it_at_once(self) -> None:
        fake = Parted(a=AuthFailed("No."), b=page())
        fake.secrets = ("key",)
        outcome = fake.check("a", "b")
        self.assertEqual((len(fake.calls), outcome.is_final), (1, True))

    def test_where_no_key_is_asked_for_one_that_wants_one_is_only_itself(self) -> None:
        outcome = Parted(a=AuthFailed("The feed at a wants a sign-in."), b=page()).check("a", "b")
        self.assertTrue(outcome.works)
        self.assertIn("Feeds, number 1 (a): It asks for a sign-in, and none can be given", outcome.words)

    def test_whoever_waits_does_not_wait_for_all(self) -> None:
        fake = Parted(takes=9, a=page(), b=page(), c=page(), d=DEAD)
        outcome = fake.check("a", "b", "c", "d")
        self.assertEqual((len(fake.calls), outcome.is_partly), (2, False))
        self.assertIn("2 more were not tried", outcome.words)
        spent = [2 * (call[0].seconds or 99) for call in fake.calls]
        self.assertLessEqual(9 + spent[1], 25)

    def test_what_may_be_missing_is_said(self) -> None:
        fake = base.FakeSource(page(base.post(), gap="Two words are asked for by no rule."))
        outcome = checking.check(cast(Adapter, fake), {}, {}, base.NOW)
        self.assertTrue(outcome.works and outcome.is_partly)
        self.assertIn("Two words are asked for by no rule.", outcome.words)

    def test_the_forms_of_our_sources_name_their_parts(self) -> None:
        entered = {
            "rss": {"feeds": "https://a.example/1\nhttps://b.example/2"},
            "pages": {"pages": "https://a.example/1\nhttps://b.example/2"},
            "google": {"locations": "accounts/1/locations/1\naccounts/1/locations/2"},
            "trustpilot": {"business_units": "1\n2"},
            "yelp": {"businesses": "one\ntwo"},
            "youtube": {"videos": "one", "channels": "two", "own_channels": "two"},
            "mastodon": {"instances": "https://a.example\nhttps://b.example"},
            "reddit_feed": {"communities": "r/one, r/two"},
        }
        for kind, options in entered.items():
            self.assertEqual(len(checking.parts_of(adapters()[kind], options)), 2, kind)
        self.assertEqual(checking.parts_of(adapters()["rss"], {"feeds": "https://a.example/1"})[0].name, "")


class CheckTests(TestCase):
    def test_it_asks_once_for_the_first_watchlist_and_stores_nothing(self) -> None:
        base.watchlist("northfield wait", name="A")
        base.watchlist("flu", name="B")
        fake = base.FakeSource(page(base.post("Northfield wait")))
        outcome = checking.check(cast(Adapter, fake), {"backfill_hours": 24}, {"key": "k"}, base.NOW)
        ((connection, queries, cursor),) = fake.calls
        self.assertTrue(outcome.works)
        self.assertEqual(([str(each.expression) for each in queries], cursor), (["northfield AND wait"], {}))
        self.assertEqual((connection.options, connection.secrets), ({"backfill_hours": 1}, {"key": "k"}))
        self.assertLessEqual(2 * (connection.seconds or 99), 25)
        self.assertFalse(Mention.objects.exists() or Poll.objects.exists())

    def test_without_a_watchlist_it_asks_for_a_common_word(self) -> None:
        fake = base.FakeSource(Unavailable("Away."))
        self.assertFalse(checking.check(cast(Adapter, fake), {}, {}, base.NOW).works)
        self.assertEqual(str(fake.calls[0][1][0].expression), "hospital")


class GapTests(TestCase):
    def check(self, *answers: Page | Exception, secrets: tuple[str, ...] = ()) -> checking.Outcome:
        fake = base.FakeSource(*answers)
        fake.secrets = secrets
        return checking.check(cast(Adapter, fake), {}, {}, base.NOW, clock=lambda: 0.0)

    def test_a_round_that_fails_everywhere_does_not_work(self) -> None:
        passed_over = page(gap="b.example does not allow this.", has_more=True)
        outcome = self.check(passed_over, passed_over, Forbidden("c.example does not allow this."))
        self.assertEqual((outcome.works, outcome.kind), (False, "forbidden"))

    def test_what_works_of_a_round_is_said_beside_what_does_not(self) -> None:
        passed_over = page(gap="b.example does not allow this.", has_more=True)
        outcome = self.check(passed_over, page(base.post()))
        self.assertTrue(outcome.works and outcome.is_partly)
        self.assertIn("It works: 1 post seen", outcome.words)
        self.assertIn("b.example does not allow this.", outcome.words)

    def test_nothing_but_gaps_is_not_called_working(self) -> None:
        outcome = self.check(*[page(gap="It is away.", has_more=True)] * 9)
        self.assertNotIn("It works", outcome.words)
        self.assertIn("It is away.", outcome.words)

    def test_without_a_key_nobody_is_sent_to_look_at_one(self) -> None:
        errors = (
            AuthFailed("No."),
            Forbidden("The feed at a.example does not allow this."),
            RateLimited("Wait.", retry_at=LATER),
            QuotaExhausted("Used up."),
            Unavailable("Away."),
        )
        for error in errors:
            outcome = self.check(error)
            self.assertFalse(outcome.works)
            self.assertNotIn("key", outcome.words)
            self.assertNotIn("credit", outcome.words)
