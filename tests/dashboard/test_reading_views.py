from unittest import mock

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse

from hospital.models import Role
from listening import readers, rereading, tasks
from listening.models import LexiconInForce, LexiconVersion, Mention, Rereading
from tests.base import NOW, ada, facility, mention, person
from tests.listening.rereading import FakeReader, in_force, start


class Reading(TestCase):
    ada: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ada = ada()

    def setUp(self) -> None:
        self.client.force_login(self.ada)
        ringing = mock.patch.object(tasks.reread, "delay")
        self.rung = ringing.start()
        self.addCleanup(ringing.stop)

    def sign_in_for_one(self) -> None:
        self.client.force_login(person("hana", Role.ADMIN, facility()))

    def home(self) -> HttpResponse:
        return self.client.get(reverse("reading"))  # type: ignore[return-value]

    def send(self, route: str, **fields: object) -> HttpResponse:
        return self.client.post(reverse(route), fields, follow=True)  # type: ignore[return-value]


class HomeTests(Reading):
    def test_it_says_what_is_in_force_and_what_is_old(self) -> None:
        mention()
        mention(reader_version=readers.current().version)
        mention(is_gone=True)
        page = self.home()
        self.assertContains(page, "As shipped", count=2)
        self.assertContains(page, '<b class="num">1</b> of <b class="num">2</b> posts')

    def test_an_empty_house_says_so(self) -> None:
        self.assertContains(self.home(), "No posts yet.")

    def test_with_nothing_to_do_it_offers_nothing(self) -> None:
        mention(reader_version=readers.current().version)
        self.assertNotContains(self.home(), "Read again</button>")

    def test_a_list_that_no_longer_parses_is_said(self) -> None:
        made = LexiconVersion.objects.create(kind="health", number=3, body="[", at=NOW)
        LexiconInForce.objects.create(kind="health", version=made)
        with self.assertLogs("listening.readers"):
            self.assertContains(self.home(), "Version 3 can no longer be read")

    def test_an_admin_of_one_facility_counts_its_posts(self) -> None:
        mention(facility=facility())
        mention()
        self.sign_in_for_one()
        self.assertContains(self.home(), '<b class="num">1</b> of <b class="num">1</b> posts')

    def test_one_running_shows_how_far_it_is(self) -> None:
        mention()
        mention()
        owed = start()
        Rereading.objects.update(started_at=NOW, done=1, changed=1, tally={"level": {"P4>P2": 1}})
        page = self.home()
        self.assertContains(page, 'value="50"')
        self.assertContains(page, "P2 Watch")
        self.assertContains(self.client.get(reverse("rereading-progress")), 'hx-trigger="every 2s"')
        rereading.cancel(owed, by=None, at=NOW)
        ended = self.client.get(reverse("rereading-progress"))
        self.assertNotContains(ended, "hx-trigger")
        self.assertEqual(ended.headers["HX-Refresh"], "true")


class RereadTests(Reading):
    def test_it_is_owed_and_rung(self) -> None:
        mention(facility=facility())
        self.send("rereading-start", days="", facility=facility().pk)
        owed = Rereading.objects.get()
        self.assertEqual((owed.total, owed.by, owed.facility, owed.since), (1, self.ada, facility(), None))
        self.rung.assert_called_once_with(owed.pk)

    def test_a_second_is_refused_in_words(self) -> None:
        start()
        self.assertContains(self.send("rereading-start", days="7"), "being read again already")
        self.assertEqual(Rereading.objects.count(), 1)

    def test_what_was_not_offered_is_refused(self) -> None:
        for fields in ({"days": "5000"}, {"facility": "77"}):
            self.assertContains(self.send("rereading-start", **fields), "Choose which posts")
        self.assertFalse(Rereading.objects.exists())

    def test_it_can_be_stopped(self) -> None:
        start()
        self.send("rereading-stop")
        self.assertEqual(Rereading.objects.get().state, Rereading.State.CANCELLED)
        self.assertContains(self.send("rereading-stop"), "Nothing of yours")

    def test_an_admin_of_one_facility_reads_and_stops_only_there(self) -> None:
        start()
        self.sign_in_for_one()
        self.assertContains(self.send("rereading-stop"), "Nothing of yours")
        self.assertContains(self.home(), "Posts of another facility are being read again.")
        Rereading.objects.all().delete()
        self.assertContains(self.send("rereading-start", days=""), "Choose which posts")
        self.send("rereading-start", days="", facility=facility().pk)
        self.assertContains(self.send("rereading-stop"), "Stopped by hand")


class LastTests(Reading):
    def test_a_finished_one_tells_what_changed(self) -> None:
        mention()
        with in_force(FakeReader()):
            owed = start()
            rereading.work(owed.pk, clock=lambda: NOW)
            rereading.work(owed.pk, clock=lambda: NOW)
        page = self.home()
        self.assertContains(page, "<b>Done</b>")
        self.assertContains(page, "<td>Neutral</td><td>Negative</td>", html=False)
        self.assertEqual(Mention.objects.get().sentiment, "negative")

    def test_large_numbers_can_be_read(self) -> None:
        start()
        Rereading.objects.update(total=51_300, done=4_210, started_at=NOW)
        self.assertContains(self.home(), '<span class="num">4,210</span> of <span class="num">51,300</span>')
