"""What an admin is told of a network's keys and blind spots before and while it is connected."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from dashboard import blind_spots, source_health
from dashboard.source_forms import SourceForms
from hospital.access import Reach
from listening.checking import Outcome
from listening.models import Source
from listening.sources import adapters
from tests import base
from tests.base import source
from tests.dashboard.test_source_views import SourcePages

KEYED = sorted(kind for kind, adapter in adapters().items() if adapter.secrets)
AT_ITS_SERVER = {"mailbox", "mastodon", "mastodon_stream"}
"""Whose keys are made at a server that the admin names."""


class KeyWordsTests:
    @pytest.mark.parametrize("kind", KEYED)
    def test_each_key_says_what_it_is_for_or_where_it_stands(self, kind: str) -> None:
        adapter = adapters()[kind]
        assert set(adapter.sheet.keys) == set(adapter.secrets)

    @pytest.mark.parametrize("kind", sorted({*KEYED} - AT_ITS_SERVER))
    def test_the_way_to_where_keys_are_made_is_a_whole_address(self, kind: str) -> None:
        place = urlsplit(adapters()[kind].sheet.keys_url)
        assert place.scheme == "https"
        assert "." in place.netloc

    def test_keys_of_x_are_made_in_its_console(self) -> None:
        """The developer portal of old is no longer where its manual leads."""
        assert {adapters()[kind].sheet.keys_url for kind in ("x", "x_stream")} == {"https://console.x.com/"}


class FormTests(SourcePages):
    def form(self, kind: str) -> str:
        return self.client.get(f"{reverse('source-create')}?kind={kind}").content.decode()

    def test_a_new_one_says_what_each_key_is_for_and_not_that_none_is_set(self) -> None:
        page = self.form("reddit")
        self.assertIn("Only to answer, with an app of the type script", page)
        self.assertNotIn("Not set.", page)

    def test_of_one_that_is_there_it_says_which_are_set(self) -> None:
        made = source("x", "x")
        self.assertContains(self.get("source-edit", made.pk), "To search. Not set.")

    def test_a_name_is_seen_while_it_is_typed_and_a_password_is_not(self) -> None:
        page = self.form("mailbox")
        self.assertRegex(page, '<input type="text" name="secrets-username"')
        self.assertRegex(page, '<input type="password" name="secrets-password"')

    def test_no_key_and_no_name_comes_back_from_a_form_that_is_wrong(self) -> None:
        said = {"secrets-username": "desk-7431", "secrets-password": "letters-7431"}
        page = self.client.post(f"{reverse('source-create')}?kind=mailbox", said)
        self.assertContains(page, "Not saved", status_code=409)
        self.assertNotContains(page, "7431", status_code=409)


class WordsTests(SourcePages):
    def test_one_that_was_just_connected_is_not_called_late(self) -> None:
        made = source("x", "x")
        Source.objects.update(created_at=self.now)
        self.assertContains(self.get("source-detail", made.pk), "<b>New</b>")

    def test_one_that_waits_to_be_switched_on_is_not_called_paused(self) -> None:
        source(
            "yelp", "yelp", paused_reason="Not switched on yet. Resume it, and it is asked within seconds."
        )
        self.assertContains(self.get("source-catalogue"), "<b>Not switched on</b>")

    def test_why_it_is_paused_is_said_once_and_then_what_to_do(self) -> None:
        reason = "Not switched on yet. Resume it, and it is asked within seconds."
        made = source("yelp", "yelp", paused_reason=reason)
        self.assertContains(
            self.get("source-detail", made.pk),
            "<b>Not switched on yet.</b> Resume it, and it is asked within seconds.</p>",
        )


class BlindSpotTests(SourcePages):
    def missing(self) -> list[str]:
        healths = source_health.gather(list(Source.objects.all()), self.now)
        return [spot.head for spot in blind_spots.of(healths, adapters().values()).missing]

    def test_another_way_to_a_network_that_is_heard_is_no_blind_spot(self) -> None:
        source("bsky", "jetstream", last_success_at=self.now - timedelta(minutes=1))
        self.assertNotIn("Bluesky", self.missing())

    def test_a_network_that_is_not_heard_is_named_once(self) -> None:
        self.assertEqual([each for each in self.missing() if each.startswith("X")], ["X"])


class WaitsTests(SourcePages):
    """A network that was asked enough is neither live nor down."""

    def spent(self) -> Source:
        until = self.now + timedelta(days=1)
        limit = {"last_error_kind": "quota_exhausted", "failures": 1, "limited_until": until}
        return source("videos", "youtube", name="Videos", last_success_at=self.now, **limit)

    def test_it_waits_from_the_first_refusal_on(self) -> None:
        made = self.spent()
        for page in (self.get("source-list"), self.get("source-detail", made.pk)):
            self.assertContains(page, "<b>Waits</b>")
            self.assertContains(page, "If that happens daily, ask it less often.")
        self.assertContains(self.get("source-catalogue"), "<b>Waits</b>")

    def test_who_polls_it_now_is_told_the_day(self) -> None:
        page = self.post("source-poll", self.spent().pk)
        self.assertRegex(page.content.decode(), r"left alone until \d+ \w+ \d+:\d+\. It is polled then\.")

    def test_what_needs_somebody_stands_before_it(self) -> None:
        self.spent()
        source("wrong", "yelp", name="Wrong", paused_reason="Refused.", last_error_kind="auth_failed")
        page = self.get("source-list").content.decode()
        self.assertLess(page.index(">Wrong</a>"), page.index(">Videos</a>"))


class RefusedTests(SourcePages):
    def refused(self, kind: str, error: str, **fields: object) -> Source:
        return source(kind, kind, paused_reason="It said no.", last_error_kind=error, **fields)

    def test_a_feed_that_is_gone_has_no_key_to_replace(self) -> None:
        made = self.refused("rss", "forbidden", last_error="The feed has nothing here.")
        for page in (self.get("source-list"), self.get("source-detail", made.pk)):
            self.assertContains(page, "Look at what is to be read")
            self.assertNotContains(page, "Replace")

    def test_an_expired_key_is_told_in_the_form_as_on_its_page(self) -> None:
        made = self.refused("facebook", "auth_failed", last_success_at=self.now - timedelta(days=1))
        page = self.get("source-edit", made.pk)
        self.assertContains(page, "it has expired or was taken back. Make a new one there and enter it here.")

    def test_a_used_up_credit_leads_to_the_network_and_is_tried_again(self) -> None:
        made = self.refused("x", "quota_exhausted", last_success_at=self.now)
        page = self.get("source-detail", made.pk)
        self.assertContains(page, 'href="https://console.x.com/"')
        self.assertContains(page, ">Try again</button>")

    def test_a_backlog_is_as_old_as_what_waits_in_it(self) -> None:
        behind = self.now - timedelta(minutes=7)
        made = source("x", "x", last_success_at=self.now, behind_since=behind)
        page = self.get("source-detail", made.pk)
        self.assertContains(page, "Nothing to do: what was read since")
        self.assertContains(page, "7 min</span>")

    def test_a_key_that_the_network_knows_is_asked_again_as_promised(self) -> None:
        made = self.refused("yelp", "auth_failed", last_success_at=self.now)
        data = {"name": "Yelp", "every": 60, "options-businesses": "northfield", "secrets-api_key": "new-key"}
        reach = Reach(base.ada())
        forms = SourceForms(data, adapter=adapters()["yelp"], source=made, reach=reach)
        self.assertTrue(forms.is_valid())
        forms.save(by=base.ada(), at=self.now, outcome=Outcome("It asks to wait.", "rate_limited"))
        self.assertIn(made, Source.objects.polled())

    def test_just_after_a_new_key_nobody_is_sent_to_the_workers(self) -> None:
        hour_ago = self.now - timedelta(hours=1)
        made = source("yelp", "yelp", last_success_at=hour_ago, next_poll_at=self.now)
        self.assertContains(self.get("source-detail", made.pk), "It is asked anew.")
        Source.objects.update(next_poll_at=self.now - timedelta(minutes=5))
        self.assertContains(
            self.get("source-detail", made.pk), "Look whether the workers and beat are running."
        )

    def test_a_key_that_was_never_entered_is_not_called_mistyped(self) -> None:
        said = "Yelp has no API key yet. Enter it, and check again."
        made = self.refused("yelp", "auth_failed", last_error=said)
        page = self.get("source-detail", made.pk)
        self.assertContains(
            page, "<b>Yelp has no API key yet.</b> Make one at the network and enter it here."
        )
        self.assertNotContains(page, "mistyped")

    def test_one_that_never_answered_is_not_waited_for(self) -> None:
        away = {"last_error_kind": "unavailable", "last_error": "The mailbox could not be reached."}
        source("letters", "mailbox", failures=2, next_poll_at=self.now, **away)
        page = self.get("source-list")
        self.assertContains(page, "Look at its address")
        self.assertContains(page, "Settings<span")

    def test_a_second_one_of_a_kind_has_a_name_of_its_own(self) -> None:
        source("yelp", "yelp", name="Yelp reviews")
        page = self.client.get(f"{reverse('source-create')}?kind=yelp")
        self.assertContains(page, 'value="Yelp reviews 2"')


class EmptyTests(SourcePages):
    def test_without_a_watchlist_the_way_to_one_is_there_and_no_warning(self) -> None:
        page = self.get("source-priorities")
        self.assertContains(page, f'href="{reverse("watchlist-list")}">Make one first')
        self.assertNotContains(page, "No watchlist is marked as safety.")
