from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, collisions, defaults, presence
from alerts.models import NativeReply, Presence
from dashboard.templatetags.desk import clock
from hospital.models import AuditEntry, Role
from tests.alerts.desk import ANSWER, open_case
from tests.base import NOW, FakeSource, ada, carla, cora, facility, mallory, person, pete, priya, registered


class Desk(TestCase):
    pete: User
    carla: User
    priya: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla, cls.priya = pete(), carla(), priya()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.case = open_case()
        self.client.force_login(self.pete)

    def post(self, route: str, pk: int | None = None, **fields: Any) -> HttpResponse:
        address = reverse(route, args=[self.case.pk if pk is None else pk])
        return self.client.post(address, fields)  # type: ignore[return-value]

    def page(self) -> str:
        return self.client.get(reverse("case-detail", args=[self.case.pk])).content.decode()

    def rows(self, **asked: Any) -> str:
        return self.client.get(reverse("case-rows"), asked).content.decode()


class HereTests(Desk):
    def test_an_open_page_is_seen_in_the_list_and_in_the_case(self) -> None:
        self.post("case-here", moved="1")
        self.client.force_login(self.carla)
        self.assertIn('title="pete is looking"', self.rows())
        self.assertIn("pete has this open", " ".join(self.page().split()))

    def test_a_beat_alone_brings_nobody(self) -> None:
        self.post("case-here")
        self.assertFalse(Presence.objects.exists())

    def test_nobody_is_told_of_themselves(self) -> None:
        answer = self.post("case-here", moved="1").content.decode()
        self.assertNotIn("avatar", answer)

    def test_it_brings_every_row_where_somebody_is_or_was(self) -> None:
        left, other = open_case(), open_case()
        presence.look(left, by=self.carla, at=timezone.now())
        Presence.objects.update(seen_at=timezone.now() - presence.GONE_AFTER)
        presence.write(other, by=self.carla, at=timezone.now())
        answer = self.post("case-here", moved="1").content.decode()
        self.assertIn(f'id="who-{left.pk}" hx-swap-oob="true"></span>', answer)
        self.assertIn('title="carla is replying"', answer)

    def test_with_nothing_new_nothing_is_sent(self) -> None:
        presence.look(self.case, by=self.carla, at=timezone.now())
        first = self.post("case-here", moved="1").content.decode()
        mark = first.split('name="shown" value="')[1][:16]
        self.assertEqual(self.post("case-here", shown=mark).status_code, 204)
        presence.write(self.case, by=self.carla, at=timezone.now())
        self.assertContains(self.post("case-here", shown=mark), "carla started replying")

    def test_an_owner_who_is_there_is_one_face(self) -> None:
        cases.claim(self.case, by=self.carla, at=NOW)
        presence.look(self.case, by=self.carla, at=timezone.now())
        page = self.rows()
        self.assertEqual(page.count("carla has it and is looking"), 2)
        self.assertNotIn("carla is looking", page)

    def test_a_crowd_is_a_number(self) -> None:
        for name in range(5):
            someone = User.objects.create_user(f"sam{name}")
            presence.look(self.case, by=someone, at=timezone.now())
        self.assertIn("and 2 more", self.rows())

    def test_a_page_without_a_case_only_hears(self) -> None:
        presence.look(self.case, by=self.carla, at=timezone.now())
        answer = self.client.get(reverse("case-eyes"))
        self.assertContains(answer, f'id="who-{self.case.pk}"')
        self.assertEqual(Presence.objects.count(), 1)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.post("case-here", moved="1").status_code, 403)

    def test_a_restricted_case_shows_nobody_to_others(self) -> None:
        voice = open_case(lane="staff_voice", text="I work at Northfield.")
        self.client.force_login(cora())
        self.assertEqual(self.post("case-here", voice.pk, moved="1").status_code, 200)
        for someone in (self.pete, ada()):
            self.client.force_login(someone)
            self.assertNotContains(self.client.get(reverse("case-eyes")), f"who-{voice.pk}")
            self.assertEqual(self.post("case-here", voice.pk, moved="1").status_code, 404)
        self.client.force_login(self.priya)
        seen = self.client.get(reverse("case-eyes"), {"queue": "staff-voice"})
        self.assertContains(seen, "cora is looking")

    def test_another_facility_shows_nobody(self) -> None:
        there = open_case(facility=facility("Northfield North", "north"))
        presence.look(there, by=self.carla, at=timezone.now())
        self.client.force_login(person("sam", Role.RESPONDER, facility()))
        self.assertNotContains(self.client.get(reverse("case-eyes")), f"who-{there.pk}")
        self.assertEqual(self.post("case-here", there.pk, moved="1").status_code, 404)

    def test_times_are_minutes_and_seconds(self) -> None:
        for seconds, said in ((0, "0:00"), (40, "0:40"), (725, "12:05"), (-3, "0:00")):
            self.assertEqual(clock(NOW - timedelta(seconds=seconds), NOW), said)


class GuardTests(Desk):
    def setUp(self) -> None:
        super().setUp()
        cases.claim(self.case, by=self.pete, at=NOW)
        self.fields: dict[str, Any] = {
            "text": ANSWER,
            "post_seen": self.case.mention.content_hash,
            "public_seen": "0",
        }

    def test_typing_is_seen_and_emptying_ends_it(self) -> None:
        self.post("reply-verdict", **self.fields)
        self.client.force_login(self.carla)
        self.assertIn("pete started replying", self.page())
        self.client.force_login(self.pete)
        self.post("reply-autosave", **self.fields | {"text": " "})
        self.assertEqual(presence.writing_at([self.case.pk], timezone.now()), [])

    def test_the_prompt_names_the_colleague_and_one_press_goes_on(self) -> None:
        presence.write(self.case, by=self.carla, at=timezone.now())
        answer = self.post("reply-submit", **self.fields)
        self.assertContains(answer, "carla is replying.", status_code=409)
        self.assertContains(answer, f'name="past" value="{self.carla.pk} "', status_code=409)
        self.assertContains(answer, ANSWER, status_code=409)
        self.assertEqual(self.post("reply-submit", **self.fields, past=f"{self.carla.pk} ").status_code, 302)
        self.assertTrue(AuditEntry.objects.filter(action="reply.beside_a_colleague").exists())
        self.assertIn("went on while carla replied", self.page())

    def test_an_answer_made_there_is_shown_before_ours_leaves(self) -> None:
        NativeReply.objects.create(case=self.case, external_id="n1", text="We saw <b>this</b>.", found_at=NOW)
        answer = self.post("reply-submit", **self.fields)
        self.assertContains(answer, collisions.APPEARED, status_code=409)
        self.assertContains(answer, "We saw &lt;b&gt;this&lt;/b&gt;.", status_code=409)
        self.assertContains(answer, 'name="public_seen" value="1"', status_code=409)
        self.assertEqual(self.post("reply-submit", **self.fields | {"public_seen": "1"}).status_code, 302)

    def test_a_wild_number_is_nothing_seen(self) -> None:
        NativeReply.objects.create(case=self.case, external_id="n1", text="We saw this.", found_at=NOW)
        for wild in ("", "-1", "9" * 30, "\u00b2"):
            answer = self.post("reply-submit", **self.fields | {"public_seen": wild})
            self.assertEqual(answer.status_code, 409, wild)
