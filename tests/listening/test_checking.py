"""What an administrator is told of credentials that were just entered."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from django.test import TestCase

from listening import checking
from listening.models import Mention, Poll
from listening.sources.contract import (
    Adapter,
    AuthFailed,
    BadPayload,
    Forbidden,
    Page,
    QuotaExhausted,
    RateLimited,
    SourceError,
    Unavailable,
)
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
