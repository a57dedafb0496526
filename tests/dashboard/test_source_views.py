"""The pages of sources, as an admin meets them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from dashboard import blind_spots, source_health
from dashboard.source_forms import open_kinds
from hospital.models import AuditEntry
from listening.models import Author, Mention, Source, Watchlist
from listening.sources import adapters
from listening.weeks import Span, before
from sandbox.serving import running_sandbox
from tests.base import FakeSource, ada, mention, registered, source, watchlist

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


class OpenOptions(forms.Form):
    words = forms.CharField(initial="hospital")


class OpenSource(FakeSource):
    """One that needs no key and no choice."""

    label = "Open network"
    OptionsForm = OpenOptions
    sheet = replace(FakeSource.sheet, needs_key=False)


class SourcePages(TestCase):
    def setUp(self) -> None:
        self.ada = ada()
        self.client.force_login(self.ada)
        self.now = timezone.now()

    def get(self, name: str, *args: Any) -> HttpResponse:
        return self.client.get(reverse(name, args=args))  # type: ignore[return-value]

    def post(self, name: str, *args: Any, **fields: Any) -> HttpResponse:
        return self.client.post(reverse(name, args=args), fields, follow=True)  # type: ignore[return-value]

    def live(self, **fields: Any) -> Source:
        made = source("x", "x", last_success_at=self.now, last_item_at=self.now, **fields)
        Source.objects.update(created_at=self.now - 9 * WEEK)
        return made

    def weeks(self, made: Source, number: int = 4) -> None:
        at = self.now - HOUR / 2
        for span in before(Span(at, at), ZoneInfo(settings.TIME_ZONE)):
            at = span.since
            for _ in range(number):
                mention(source=made, published_at=at, collected_at=at + timedelta(minutes=2))


class HealthTests(SourcePages):
    def test_posts_stand_beside_the_usual_of_this_hour(self) -> None:
        made = self.live()
        self.weeks(made)
        at = self.now - timedelta(minutes=10)
        mention(source=made, published_at=at, collected_at=at + timedelta(seconds=50))
        page = self.get("source-list")
        self.assertContains(page, "<b>1</b> usual 4")
        self.assertContains(page, "50 s")

    def test_before_three_weeks_nothing_is_said_of_the_usual(self) -> None:
        source("x", "x", last_success_at=self.now, last_item_at=self.now)
        self.assertContains(self.get("source-list"), "no usual known yet")

    def test_one_that_was_never_heard_is_compared_with_nothing(self) -> None:
        source("x", "x", last_success_at=self.now)
        page = self.get("source-list")
        self.assertContains(page, "No post yet")
        self.assertNotContains(page, "in the last hour, ")

    def test_a_stream_is_listened_to_and_not_polled(self) -> None:
        made = source("bsky", "jetstream", last_success_at=self.now, last_item_at=self.now)
        page = self.get("source-detail", made.pk)
        self.assertContains(page, "Listens all the time.")
        self.assertNotContains(page, "Next poll")
        self.assertNotContains(self.get("source-edit", made.pk), "Ask every")

    def test_a_silent_source_says_so_on_its_row_and_on_the_wall(self) -> None:
        self.live(silent_since=self.now - 3 * HOUR)
        page = self.get("source-list")
        self.assertContains(page, "No error, and no posts either.")
        self.assertContains(page, "Poll now")
        wall = self.get("wall")
        self.assertContains(wall, 'data-state="silent"')
        self.assertContains(wall, "though nothing failed")

    def test_the_page_of_one_tells_when_it_is_asked_again(self) -> None:
        made = self.live(failures=4, last_error_kind="unavailable", last_error="X did not answer in time.")
        page = self.get("source-detail", made.pk)
        self.assertContains(page, "X did not answer in time, 4 times running.")
        self.assertContains(page, "Asked again now.")

    def test_a_month_that_will_not_last_says_until_when(self) -> None:
        made = self.live(monthly_posts=10_000)
        made.polls.create(slot=self.now - timedelta(minutes=1), state="done", fetched=6000, dropped=6000)
        self.assertContains(self.get("source-list"), "$30.00 of $50")

    @override_settings(SANDBOX_URL="http://127.0.0.1:8100")
    def test_a_price_of_the_demo_says_that_nothing_is_charged(self) -> None:
        made = self.live(monthly_posts=10_000)
        self.assertNotContains(self.get("source-list"), "nothing is charged")
        Source.objects.update(options={"api_url": "http://127.0.0.1:8100/x"})
        for page in (self.get("source-list"), self.get("source-detail", made.pk)):
            self.assertContains(page, "A demo: nothing is charged.")

    def test_every_kind_of_error_says_what_to_do(self) -> None:
        for kind in ("auth_failed", "forbidden", "quota_exhausted", "rate_limited", "unavailable", "error"):
            source(kind, "x", failures=2, last_error_kind=kind, last_error="It said no.")
        Source.objects.filter(slug="auth_failed").update(paused_reason="No.", last_success_at=self.now)
        page = self.get("source-list")
        self.assertContains(page, "it has expired or was taken back")
        self.assertContains(page, "Replace key")
        self.assertContains(page, "It was asked too often.")


class OutsideTests(SourcePages):
    def lost(self, slug: str, **fields: Any) -> None:
        source(slug, slug, failures=2, last_error_kind="unavailable", **fields)

    def test_where_nothing_answers_it_is_said_once_of_all(self) -> None:
        self.lost("news")
        self.assertNotContains(self.get("source-list"), "Nothing outside answers.")
        self.lost("rss")
        self.assertContains(self.get("source-list"), "2 networks can’t be reached")
        source("x", "x", last_success_at=self.now)
        self.assertNotContains(self.get("source-list"), "Nothing outside answers.")

    def test_one_that_fails_again_and_again_is_not_called_live(self) -> None:
        self.lost("rss", last_success_at=self.now)
        self.assertContains(self.get("source-list"), "<b>Late</b>")


class BlindSpotTests(SourcePages):
    def test_they_follow_from_what_is_connected_and_how_it_is(self) -> None:
        made = self.live()
        self.weeks(made, 40)
        Source.objects.update(last_success_at=self.now - 2 * HOUR)
        healths = source_health.gather(list(Source.objects.all()), self.now)
        found = blind_spots.of(healths, adapters().values())
        self.assertRegex(found.now[0].said, r"About [1-4]\d posts")
        self.assertEqual([spot.head for spot in found.connected], ["X"])
        self.assertIn("Reddit", [spot.head for spot in found.missing])


class CatalogueTests(SourcePages):
    def test_every_kind_is_there_with_its_sheet_and_those_without_a_key_first(self) -> None:
        self.live()
        page = self.get("source-catalogue")
        for adapter in adapters().values():
            self.assertContains(page, escape(adapter.sheet.cost))
        text = page.content.decode()
        self.assertLess(text.index(adapters()["rss"].sheet.cost), text.index(adapters()["x"].sheet.cost))
        self.assertContains(page, "<b>Live</b>")

    def test_one_press_connects_those_that_need_nothing(self) -> None:
        with registered(OpenSource()):
            self.assertContains(self.get("source-catalogue"), "Open network")
            told = self.post("source-connect-open").content.decode()
            self.assertRegex(told, "Connected: [^.]*Open network")
            made = Source.objects.get(kind="fake")
            self.assertEqual((made.options, made.paused_reason), ({"words": "hospital"}, ""))
            self.assertContains(self.post("source-connect-open"), "There is none left")
        kinds = Source.objects.values_list("kind", flat=True)
        self.assertEqual(len(kinds), len(set(kinds)))
        self.assertLess({"jetstream", "news"}, set(kinds))

    @override_settings(SANDBOX_URL="http://127.0.0.1:9")
    def test_a_pretend_network_takes_no_real_ones_place(self) -> None:
        source("pretend", "news", options={"api_url": "http://127.0.0.1:9"})
        self.assertIn("news", {each.kind for each in open_kinds(list(Source.objects.all()))})
        Source.objects.update(options={})
        self.assertNotIn("news", {each.kind for each in open_kinds(list(Source.objects.all()))})

    @override_settings(SANDBOX_URL="http://127.0.0.1:9")
    def test_the_demo_is_left_for_the_real_networks_and_come_back_to(self) -> None:
        made = source("pretend", "x", options={"api_url": "http://127.0.0.1:9"}, last_success_at=self.now)
        self.assertContains(self.get("source-catalogue"), "Switch the demo")
        page = self.post("source-connect-open", switch="1")
        self.assertContains(page, "1 pretend sources are paused.")
        self.assertNotIn(made, Source.objects.polled())
        self.assertTrue(Source.objects.polled().filter(kind="news").exists())
        self.post("source-pretend")
        self.assertIn(made, Source.objects.polled())


class ConnectTests(SourcePages):
    """Reddit by feed, of a running sandbox."""

    def connect(self, url: str, key: str, **fields: Any) -> HttpResponse:
        given = {
            "communities": "r/northfieldtown",
            "account": "u/northfield_listens",
            "api_url": url,
            **fields,
        }
        options = {f"options-{name}": value for name, value in given.items()}
        said = {"name": "Town talk", "every": 60, "secrets-feed_token": key, **options}
        return self.client.post(f"{reverse('source-create')}?kind=reddit_feed", said, follow=True)  # type: ignore[return-value]

    def test_it_asks_for_what_is_needed_and_says_where_it_is(self) -> None:
        page = self.connect("https://www.reddit.com", "", communities=",", account="")
        self.assertContains(page, "Name at least one community", status_code=409)
        self.assertContains(page, "reddit.com/prefs/feeds", status_code=409)
        self.assertFalse(Source.objects.exists())

    def test_a_wrong_token_is_told_apart_from_a_right_one(self) -> None:
        with running_sandbox(quiet=True) as url, override_settings(SANDBOX_URL=url):
            wrong = self.connect(url, "wrong-token-12345")
            self.assertContains(wrong, "the token stands between feed= and &amp;")
            self.assertTrue(Source.objects.get().is_refused)
            Source.objects.all().delete()
            self.assertContains(self.connect(url, "letters-12345"), "It works.")
        made = Source.objects.get()
        self.assertEqual((made.kind, made.paused_reason), ("reddit_feed", ""))
        told = [*AuditEntry.objects.values_list("detail", flat=True), made.options]
        self.assertNotIn("letters-12345", str(told))

    def test_one_that_would_read_nothing_is_not_connected(self) -> None:
        said = {"name": "Mastodon", "every": 60, "options-instances": "social.example", "options-tags": "#"}
        page = self.client.post(f"{reverse('source-create')}?kind=mastodon", said)
        self.assertContains(page, "without either there is nothing to read", status_code=409)
        self.assertFalse(Source.objects.exists())


class RuleTests(SourcePages):
    def test_who_waits_first_is_set_and_audited(self) -> None:
        one = watchlist("gun", name="Danger")
        page = self.post("source-priorities", **{f"pace-{one.pk}": "safety"})
        self.assertContains(page, "1 changed")
        one.refresh_from_db()
        self.assertEqual(one.pace, Watchlist.Pace.SAFETY)
        self.assertEqual(AuditEntry.objects.get().action, "watchlist.pace")
        self.post("source-priorities", **{f"pace-{one.pk}": "never"})
        self.assertEqual(Watchlist.objects.get().pace, Watchlist.Pace.SAFETY)

    def test_an_author_is_erased_at_the_second_press(self) -> None:
        author = Author.objects.create(network="x", external_id="7", handle="rosa_wren")
        mention("Northfield lost my file.", author=author)
        asked = {"network": "x", "handle": "@rosa_wren", "reason": "Asked by mail."}
        page = self.post("author-erase", **asked)
        self.assertContains(page, "the words of 1 post go")
        self.assertEqual(Mention.objects.get().text, "Northfield lost my file.")
        self.assertContains(self.post("author-erase", **asked, sure=author.pk), "Erased: 1 posts.")
        self.assertEqual(Mention.objects.get().text, "")
        self.assertEqual(AuditEntry.objects.get().detail["reason"], "Asked by mail.")

    def test_nobody_of_that_name_is_said(self) -> None:
        Author.objects.create(network="x", external_id="7", handle="rosa_wren")  # of a voice of staff
        page = self.post("author-erase", network="x", handle="rosa_wren", reason="Asked.")
        self.assertContains(page, "Nobody of that name", status_code=409)
