import io
import json
from typing import Any

from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone

from listening import leases, sweep
from listening.models import Mention, Poll, Quarantined, Source
from listening.sources.contract import Page, RateLimited, Unavailable, Unreadable
from tests.base import FakeSource, post, registered, source, watchlist


def poll(*answers: Page | Exception, dry_run: bool = False, slug: str = "fake") -> str:
    out = io.StringIO()
    with registered(FakeSource(*answers)):
        call_command("poll", slug, dry_run=dry_run, stdout=out)
    return out.getvalue()


class PollCommandTests(TestCase):
    def setUp(self) -> None:
        self.source = source()
        watchlist("northfield", "northfield rude")

    def test_it_polls_and_prints_the_account(self) -> None:
        said = poll(Page([post(), post("Lovely weather")], cursor={"at": 2}, gap="Posts may be missing."))
        self.assertEqual(
            said.splitlines(),
            [
                "fetched 2 = inserted 1 + updated 0 + unchanged 0 + dropped 1 + quarantined 0",
                "Fake answered with 1 page. Posts may be missing.",
            ],
        )
        self.source.refresh_from_db()
        self.assertEqual((Mention.objects.count(), self.source.cursor), (1, {"at": 2}))

    def test_it_says_why_a_poll_failed(self) -> None:
        with self.assertRaisesMessage(CommandError, "Fake is away."):
            poll(Unavailable("Fake is away."))
        self.assertEqual(Poll.objects.get().state, Poll.State.FAILED)

    def test_it_takes_over_what_is_owed(self) -> None:
        owed = sweep.open_poll(self.source, timezone.now())
        poll(Page([], cursor={}))
        self.assertEqual(Poll.objects.get(), owed)

    def test_it_refuses_while_another_poll_runs(self) -> None:
        owed = sweep.open_poll(self.source, timezone.now())
        assert owed is not None
        leases.claim(owed.pk, timezone.now())
        self.addCleanup(leases.let_go, owed.pk)
        with self.assertRaisesMessage(CommandError, "Another poll of fake is running."):
            poll()

    def test_it_names_the_sources_there_are(self) -> None:
        Source.objects.create(slug="old", name="Old", kind=Source.IMPORT, next_poll_at=timezone.now())
        for slug in ("nowhere", "old"):
            with self.assertRaisesMessage(CommandError, f"{slug!r}. There are: fake."):
                poll(slug=slug)


class RehearsalTests(TestCase):
    def setUp(self) -> None:
        source()
        watchlist("northfield", "northfield rude")

    def rehearse(self, *answers: Page | Exception) -> list[dict[str, Any]]:
        return [json.loads(line) for line in poll(*answers, dry_run=True).splitlines()]

    def test_it_says_what_would_become_of_each_post(self) -> None:
        known, changed = post("Northfield again"), post("Northfield before")
        poll(Page([known, changed], cursor={}))
        posts = [
            known,
            post("Northfield after", changed.external_id),
            post("Rude people at Northfield"),
            post("Lovely weather"),
            post("Northfield", rating=9),
        ]
        said = self.rehearse(Page(posts, cursor={}, unreadable=[Unreadable("It is odd.", "{}", "odd")]))
        outcomes = [line["outcome"] for line in said]
        self.assertEqual(
            outcomes, ["quarantined", "unchanged", "updated", "inserted", "dropped", "quarantined"]
        )
        self.assertEqual(said[3]["queries"], ["northfield", "northfield rude"])
        self.assertEqual((said[3]["lane"], said[3]["sentiment"]["label"]), ("staff_conduct", "negative"))

    def test_it_stores_nothing(self) -> None:
        before = Source.objects.values().get()
        self.rehearse(Page([post(), post(rating=9)], cursor={"at": 9}, has_more=True))
        self.assertEqual(Source.objects.values().get(), before)
        self.assertFalse(Mention.objects.exists() or Poll.objects.exists() or Quarantined.objects.exists())

    def test_it_says_why_it_could_not_ask(self) -> None:
        with self.assertRaisesMessage(CommandError, "Too many requests."):
            self.rehearse(RateLimited("Too many requests."))
        self.assertEqual(Source.objects.get().failures, 0)
