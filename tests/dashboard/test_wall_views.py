from datetime import timedelta
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts.models import Case, Queue, SLAPolicy
from hospital.models import Facility
from listening.models import Match, Mention, Query
from tests import base

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><div hx-get="/sign-out/" hx-trigger="load">',
    "{{ 7|add:7 }}{% now 'Y' %}",
]
FUZZ = ["'", '"', "--", "%00", "\x00", "1 OR 1=1", "../..", "{}", "’", "a" * 5000, "-1", "١", "\ud83d"]


class WallTestCase(TestCase):
    def setUp(self) -> None:
        self.north = base.facility("Northfield North", "north")
        self.west = base.facility("Northfield West", "west")

    def sign_in(self, facility: Facility | None = None) -> None:
        self.client.force_login(base.carla(facility))

    def get(self, **params: Any) -> str:
        answer = self.client.get(reverse("wall"), params)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()


class WallTests(WallTestCase):
    def test_it_turns_away_who_may_not_look(self) -> None:
        for name, args in (("wall", []), ("wall-status", []), ("wall-older", ["needs"]), ("wall-stream", [])):
            with self.subTest(name=name):
                self.client.logout()
                address = reverse(name, args=args)
                self.assertRedirects(
                    self.client.get(address), f"/sign-in/?next={address}", fetch_redirect_response=False
                )
                self.client.force_login(base.mallory())
                self.assertEqual(self.client.get(address).status_code, 403)

    def test_it_shows_only_facilities_in_reach(self) -> None:
        base.mention("of the north", facility=self.north)
        base.mention("of the west", facility=self.west)
        base.mention("of no place")
        self.sign_in(self.north)
        page = self.get()
        self.assertIn("of the north", page)
        self.assertNotIn("of the west", page)
        self.assertNotIn("of no place", page)
        self.assertNotIn('value="west"', page)

    def test_a_stranger_s_text_is_only_text(self) -> None:
        for text in HOSTILE:
            base.mention(text, title=text)
        self.sign_in()
        page = self.get()
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("<img", page)
        self.assertNotIn('<div hx-get="/sign-out/"', page)
        self.assertIn("{{ 7|add:7 }}", page)

    def test_matched_words_are_marked(self) -> None:
        mention = base.mention("Hours in the waiting room.")
        base.watchlist("waiting room")
        Match.objects.create(mention=mention, query=Query.objects.get(), spans=[[13, 25]])
        self.sign_in()
        self.assertIn("Hours in the <mark>waiting room</mark>.", self.get())

    def test_only_the_beginning_of_a_long_post_is_sent(self) -> None:
        base.mention("x" * 100_000)
        self.sign_in()
        self.assertLess(len(self.get()), 60_000)

    def test_a_big_screen_names_no_author(self) -> None:
        from listening.models import Author

        author = Author.objects.create(network="fake", external_id="1", handle="@quietkettle")
        base.mention(author=author)
        self.sign_in()
        self.assertIn("@quietkettle", self.get())
        self.assertNotIn("@quietkettle", self.get(view="wall"))

    def test_a_post_about_self_harm_shows_no_text(self) -> None:
        base.mention("the text of it", lane="self_harm", level="P0", published_at=timezone.now())
        self.sign_in()
        page = self.get()
        self.assertNotIn("the text of it", page)
        self.assertIn("About self-harm", page)

    def test_what_is_gone_at_its_source_is_not_shown(self) -> None:
        base.mention("taken back", is_gone=True)
        self.sign_in()
        self.assertNotIn("taken back", self.get())

    def test_it_asks_no_more_of_the_database_for_more_mentions(self) -> None:
        self.sign_in()
        self.get()
        base.mention(sentiment="negative")
        base.mention()
        base.mention(sentiment="positive", lane="praise")
        with self.assertNumQueries(26):
            self.get()
        for _ in range(20):
            base.mention(sentiment="negative")
            base.mention()
        with self.assertNumQueries(26):
            self.get()


class FilterTests(WallTestCase):
    def test_each_part_narrows(self) -> None:
        other = base.source("other")
        base.mention("one", facility=self.north, sentiment="negative")
        base.mention("two", facility=self.west, sentiment="positive", source=other)
        self.sign_in()
        for params in ({"facility": "north"}, {"source": "fake"}, {"sentiment": "negative"}):
            with self.subTest(params=params):
                page = self.get(**params)
                self.assertIn(">one</p>", page)
                self.assertNotIn(">two</p>", page)

    def test_the_last_hour_is_by_publication(self) -> None:
        base.mention("just in", published_at=timezone.now())
        base.mention("long in", published_at=timezone.now() - timedelta(hours=2))
        self.sign_in()
        page = self.get(within="hour")
        self.assertIn("just in", page)
        self.assertNotIn("long in", page)

    def test_what_is_unknown_or_out_of_reach_is_not_found(self) -> None:
        self.sign_in(self.north)
        for params in (
            {"facility": "west"},
            {"facility": "x"},
            {"source": "x"},
            {"sentiment": "x"},
            {"within": "x"},
        ):
            with self.subTest(params=params):
                self.assertEqual(self.client.get(reverse("wall"), params).status_code, 404)

    def test_nonsense_never_breaks_it(self) -> None:
        self.sign_in()
        addresses = [reverse("wall"), reverse("wall-status"), reverse("wall-older", args=["needs"])]
        for value in FUZZ:
            for name in ("facility", "source", "sentiment", "within", "view", "before"):
                for address in addresses:
                    with self.subTest(value=value[:20], name=name, address=address):
                        params = {name: value.encode("utf-8", "replace")}
                        self.assertIn(self.client.get(address, params).status_code, (200, 404))


class OlderTests(WallTestCase):
    def test_pages_follow_one_another_without_loss_or_repeat(self) -> None:
        for number in range(100):
            base.mention(f"post {number:03}", published_at=base.NOW - timedelta(minutes=number // 3))
        self.sign_in()
        address = "/"
        seen: list[str] = []
        while address:
            answer = self.client.get(address)
            shelf = answer.context.get("shelf") if "shelves" not in answer.context else None
            shelf = shelf or next(shelf for shelf in answer.context["shelves"] if shelf.column.key == "says")
            seen += [card.mention.excerpt for card in shelf.cards]
            address = shelf.older_href
        self.assertEqual(len(seen), 100)
        self.assertEqual(len(set(seen)), 100)

    def test_a_cursor_that_is_none_is_not_found(self) -> None:
        self.sign_in()
        for cursor in ("", "x", "2026-01-01_1", "2026-99-01T00:00:00Z_1", "2026-01-01T00:00:00Z_" + "9" * 30):
            with self.subTest(cursor=cursor):
                answer = self.client.get(reverse("wall-older", args=["needs"]), {"before": cursor})
                self.assertEqual(answer.status_code, 404)


class PulseTests(WallTestCase):
    def test_every_number_leads_to_as_many_mentions(self) -> None:
        now = timezone.now()
        for sentiment, place in (("negative", self.north), ("negative", self.west), ("positive", None)):
            base.mention(sentiment=sentiment, facility=place, published_at=now)
        base.mention(published_at=now - timedelta(hours=2))
        self.sign_in()
        pulse = self.client.get(reverse("wall-status")).context["pulse"]
        self.assertEqual(pulse.total, 3)
        for tally in (*pulse.tones, *pulse.facilities, *pulse.sources):
            with self.subTest(tally=tally.label):
                self.assertEqual(self.client.get(tally.url).context["page"].paginator.count, tally.number)

    def test_it_counts_only_what_is_in_reach(self) -> None:
        base.mention(facility=self.north, published_at=timezone.now())
        base.mention(facility=self.west, published_at=timezone.now())
        self.sign_in(self.north)
        self.assertEqual(self.client.get(reverse("wall-status")).context["pulse"].total, 1)


class BandTests(WallTestCase):
    def emergency(self, **fields: Any) -> Mention:
        return base.mention(
            "I cannot breathe", level="P0", lane="emergency", published_at=timezone.now(), **fields
        )

    def test_it_is_calm_when_there_is_none(self) -> None:
        self.sign_in()
        self.assertIn("No emergencies open", self.get())

    def test_it_holds_the_newest_and_counts_the_others(self) -> None:
        self.emergency()
        newest = self.emergency()
        self.sign_in()
        page = self.get()
        self.assertIn(f'data-mention="{newest.pk}"', page)
        self.assertIn("+1 more", page)

    def test_it_lets_go_of_one_whose_case_is_closed(self) -> None:
        now = timezone.now()
        policy = SLAPolicy.objects.create(name="At once", first_reply_within=timedelta(minutes=5))
        queue = Queue.objects.create(slug="emergency", name="Emergency", policy=policy)
        Case.objects.create(
            mention=self.emergency(), queue=queue, state="closed", outcome="online", closed_at=now,
            priority=98, opened_at=now, due_at=now,
        )  # fmt: skip
        self.sign_in()
        self.assertIn("No emergencies open", self.get())

    def test_it_shows_none_out_of_reach(self) -> None:
        self.emergency(facility=self.west)
        self.sign_in(self.north)
        self.assertIn("No emergencies open", self.get())


class FeedsTests(WallTestCase):
    def test_each_source_says_how_live_it_is(self) -> None:
        now = timezone.now()
        base.source("fresh", last_success_at=now)
        base.source("slow", last_success_at=now - timedelta(minutes=4))
        base.source("dead", last_success_at=now - timedelta(hours=1))
        self.sign_in()
        feeds = self.client.get(reverse("wall")).context["feeds"]
        self.assertEqual(
            {source.slug: str(state) for source, state in feeds},
            {"fresh": "live", "slow": "late", "dead": "down"},
        )

    def test_a_big_screen_with_many_names_those_in_trouble(self) -> None:
        for number in range(5):
            base.source(f"s{number}", last_success_at=timezone.now())
        base.source("dead", last_success_at=timezone.now() - timedelta(hours=1))
        self.sign_in()
        page = self.get(view="wall")
        self.assertIn('<span class="source-name">5</span> <b>live</b>', page)
        self.assertIn("Dead", page)
