from django.test import TestCase, override_settings

from config import demo, demo_letters
from hospital import facilities as dictionary
from hospital.models import Facility
from listening import connections, facilities, vault
from listening.models import Source
from listening.named import Verdict
from listening.queries.asked import Asked
from listening.sources import adapter_for
from sandbox.serving import running_sandbox
from tests.base import NOW, PASSWORD


class FacilitiesTests(TestCase):
    def setUp(self) -> None:
        self.ensure()

    def ensure(self) -> None:
        demo.ensure(sandbox_url="http://127.0.0.1:9", password=PASSWORD, now=NOW)

    def named(self, text: str) -> str:
        answer = facilities.current().read(Asked(text))
        return Facility.objects.get(pk=answer.facility).slug if answer.facility else answer.verdict

    def test_they_are_known_by_what_the_town_calls_them(self) -> None:
        cases = {
            "the main is a mess, ask any nurse": "main",
            "the main thing is rest": Verdict.NONE,
            "@NorthfieldKids thank you": "womens",
            "#NorthED again": "north",
            "an emergency on Ferry Rd": "north",
            "in traffic on Ferry Rd": Verdict.NONE,
            "Northfeild Rehab": "rehab",
            "rang 555 0153": "west",
        }
        for text, expected in cases.items():
            self.assertEqual(self.named(text), expected, text)

    def test_what_somebody_changed_stays_over_a_restart(self) -> None:
        north = Facility.objects.get(slug="north")
        values = dictionary.body_of(north)["fields"]
        dictionary.save(north, values={**values, "city": "Else"}, names=[], based_on=1, by=None, at=NOW)
        self.ensure()
        self.assertEqual(Facility.objects.get(slug="north").city, "Else")
        self.assertFalse(north.names.exists())

    def test_one_that_was_there_before_dictionaries_is_filled(self) -> None:
        west = Facility.objects.get(slug="west")
        west.versions.all().delete()
        Facility.objects.filter(pk=west.pk).update(revision=0, address="")
        self.ensure()
        self.assertEqual(Facility.objects.get(slug="west").address, "77 Mill Lane")


class SourceTests(TestCase):
    def ensure(self) -> None:
        demo.ensure(sandbox_url="http://127.0.0.1:9", password=PASSWORD, now=NOW)

    def test_some_wait_to_be_switched_on_and_stay_as_they_were_left(self) -> None:
        self.ensure()
        waiting = Source.objects.filter(is_active=False)
        sites = {"facebook", "yelp", "trustpilot", "careopinion", "youtube", "pages"}
        streams, searches = {"mastodon_stream", "x_stream"}, {"bluesky", "mastodon", "news", "reddit_feed"}
        self.assertEqual({source.kind for source in waiting}, {*searches, *streams, *sites})
        waiting.filter(kind="news").update(is_active=True, paused_reason="")
        self.ensure()
        self.assertIn("news", {source.kind for source in Source.objects.due(NOW)})
        self.assertFalse(Source.objects.due(NOW).filter(kind__in=("mastodon", "yelp")).exists())

    def test_the_options_of_each_are_what_its_form_takes(self) -> None:
        self.ensure()
        for source in Source.objects.all():
            adapter = adapter_for(source.kind)
            form = adapter.OptionsForm(source.options)
            self.assertTrue(form.is_valid(), (source.kind, form.errors))
            self.assertLessEqual(set(vault.unseal(source.sealed_secrets)), set(adapter.secrets))


NOWHERE = "http://127.0.0.1:9"
MAILBOX = demo_letters.Mailbox(4993, "-----BEGIN CERTIFICATE-----")


class LettersTests(TestCase):
    def ensure(self, mailbox: demo_letters.Mailbox | None) -> Source | None:
        demo.ensure(sandbox_url=NOWHERE, password=PASSWORD, now=NOW, mailbox=mailbox)
        return Source.objects.filter(kind="mailbox").first()

    def test_they_are_read_from_where_the_sandbox_says(self) -> None:
        with running_sandbox(quiet=True) as url, override_settings(SANDBOX_URL=url):
            demo.ensure(sandbox_url=url, password=PASSWORD, now=NOW, mailbox=demo_letters.ask(url))
            source = Source.objects.due(NOW).get(kind="mailbox")
            page = adapter_for("mailbox").fetch(connections.open(source), (), {})
        self.assertEqual((source.name, page.posts, page.cursor["validity"]), ("Letters", [], 1))

    def test_a_mailbox_that_moved_is_followed_and_one_that_is_not_told_of_is_left(self) -> None:
        self.ensure(MAILBOX)
        moved = self.ensure(demo_letters.Mailbox(4994, MAILBOX.certificate))
        assert moved
        self.assertEqual(moved.options["port"], 4994)
        self.assertEqual(self.ensure(None), moved)

    def test_nobody_there_is_no_mailbox(self) -> None:
        self.assertIsNone(demo_letters.ask(NOWHERE))
        self.assertIsNone(self.ensure(None))

    def test_its_certificate_opens_no_way_but_the_sandbox_s(self) -> None:
        source = self.ensure(MAILBOX)
        assert source
        self.assertTrue(adapter_for("mailbox").OptionsForm(source.options).is_valid())
        for address, opens in ((NOWHERE, True), ("http://127.0.0.1:8100", False), ("", False)):
            with override_settings(SANDBOX_URL=address):
                self.assertIs(connections.open(source).may_reach_private, opens)
