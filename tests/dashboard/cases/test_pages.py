from datetime import timedelta
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, defaults
from alerts.models import Case
from dashboard.cases.desk import read_since
from dashboard.cases.rows import span
from tests.alerts.desk import drafted, open_case, submitted
from tests.base import NOW, FakeSource, ada, carla, pete, registered

HOSTILE = [
    "<script>alert(1)</script>",
    "<div hx-get='/sign-out/' hx-trigger='load'>x</div>",
    '"><img src=x onerror=alert(1)>',
    "{{ settings.SECRET_KEY }}{% csrf_token %}",
    "a\r\n\r\nevent: ended",
    "W" + "a" * 9000,
    "\u202egnitaert\u202c",
]

QUERIES = 9
"""Of an open list: session, person, memberships, weights, what still stands here, the rows, who is there,
holidays, how many."""


class Desk(TestCase):
    pete: User
    carla: User

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.pete, cls.carla = pete(), carla()

    def setUp(self) -> None:
        fake = registered(FakeSource())
        fake.__enter__()
        self.addCleanup(fake.__exit__, None, None, None)
        self.client.force_login(self.pete)

    def get(self, address: str, **asked: Any) -> str:
        answer = self.client.get(address, asked)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def rows(self, **asked: Any) -> str:
        return self.get(reverse("case-rows"), **asked)


class ListTests(Desk):
    def test_most_pressing_first_then_by_time_left(self) -> None:
        low, high = open_case(severity=20), open_case(severity=80)
        page = self.rows()
        self.assertLess(page.index(f'id="row-{high.pk}"'), page.index(f'id="row-{low.pk}"'))

    def test_what_came_since_is_counted_and_not_moved_in(self) -> None:
        first = open_case()
        since = int(timezone.now().timestamp())
        second = open_case(severity=99)
        Case.objects.filter(pk=second.pk).update(opened_at=timezone.now() + timedelta(seconds=2))
        page = self.rows(since=since)
        self.assertIn(f'id="row-{first.pk}"', page)
        self.assertNotIn(f'id="row-{second.pk}"', page)
        self.assertIn('<span class="num">1</span> new', page)

    def test_what_is_closed_keeps_its_line_until_the_next_look(self) -> None:
        case = open_case()
        since = int(timezone.now().timestamp()) - 1
        cases.close(case, outcome="phone", note="", by=self.pete, at=timezone.now())
        self.assertIn("is-gone", self.rows(since=since))
        self.assertNotIn(f'id="row-{case.pk}"', self.rows())

    def test_mine_and_for_approval(self) -> None:
        mine, other = open_case(), open_case()
        cases.claim(mine, by=self.pete, at=NOW)
        page = self.rows(queue="mine")
        self.assertIn(f'id="row-{mine.pk}"', page)
        self.assertNotIn(f'id="row-{other.pk}"', page)
        self.assertIn("No one is waiting here.", self.rows(queue="approval"))

    def test_an_unknown_queue_is_not_there(self) -> None:
        self.assertEqual(self.client.get(reverse("case-list"), {"queue": "nope"}).status_code, 404)

    def test_wild_values_are_no_error(self) -> None:
        for since in ("", "-1", "9" * 30, "1e9", "\x00", "9999999999", "²"):
            self.assertEqual(self.client.get(reverse("case-list"), {"since": since}).status_code, 200)

    def test_more_cases_ask_no_more_questions(self) -> None:
        since = int(timezone.now().timestamp())
        for ago, more in ((2, 1), (1, 8)):
            for _ in range(more):
                drafted(open_case(), self.pete)
            self.rows(since=since - ago)
            with self.assertNumQueries(QUERIES):
                self.rows(since=since - ago)

    def test_a_long_post_is_not_read_whole(self) -> None:
        open_case(text="northfield " * 100_000)
        self.assertLess(len(self.rows()), 6_000)


class LongListTests(Desk):
    @mock.patch("dashboard.cases.desk.PAGE", 3)
    def test_the_page_of_the_open_case_is_shown(self) -> None:
        ids = [open_case(severity=90 - number).pk for number in range(7)]
        for at, shown in ((0, ids[:3]), (4, ids[3:6]), (6, ids[6:])):
            page = self.get(f"/cases/{ids[at]}/", queue="complaints")
            self.assertEqual([pk for pk in ids if f'id="row-{pk}"' in page], shown)


class CaseTests(Desk):
    def test_hostile_text_is_only_text(self) -> None:
        for text in HOSTILE:
            with self.subTest(text[:30]):
                case = open_case(text=text)
                page = self.get(reverse("case-detail", args=[case.pk]))
                for live in ("<script>alert", "<div hx-get='/sign-out/'", "<img src=x", "\u202e"):
                    self.assertNotIn(live, page)
                self.assertNotIn("not-set: no page", page)

    def test_a_hostile_draft_is_only_text(self) -> None:
        case = open_case()
        drafted(case, self.pete, "</textarea><script>alert(1)</script>")
        self.assertNotIn("<script>alert", self.get(reverse("case-detail", args=[case.pk])))

    def test_an_approver_sees_what_no_eye_can_see(self) -> None:
        case = open_case()
        submitted(case, self.pete, "Call us\u202enow")
        self.assertIn("U+202E", self.get(reverse("case-detail", args=[case.pk])))

    def test_a_self_harm_post_opens_only_in_its_case(self) -> None:
        case = open_case(lane="self_harm", text="the very words")
        self.assertNotIn("the very words", self.get(reverse("case-list")))
        self.assertIn("the very words", self.get(reverse("case-detail", args=[case.pk])))

    def test_an_admin_reads_and_does_not_work(self) -> None:
        case = open_case()
        self.client.force_login(ada())
        page = self.get(reverse("case-detail", args=[case.pk]))
        self.assertIn("You may read cases here", page)
        self.assertNotIn("/claim/", page)

    def test_the_thread_says_that_the_case_moved_on(self) -> None:
        case = open_case()
        address = reverse("case-thread", args=[case.pk])
        self.assertNotIn("moved on", self.get(address, **{"as": "new-0"}))
        cases.claim(case, by=self.carla, at=NOW)
        self.assertIn("claimed, with carla", self.get(address, **{"as": "new-0"}))

    def test_what_is_typed_into_stands_outside_what_is_swapped(self) -> None:
        case = open_case()
        drafted(case, self.pete)
        address = reverse("case-thread", args=[case.pk])
        fragment = self.get(address)
        self.assertNotIn("<textarea", fragment)
        self.assertNotIn("<input", fragment)


class TimeTests(TestCase):
    def test_spans_are_short(self) -> None:
        for length, said in (
            (timedelta(seconds=59), "0m"),
            (timedelta(minutes=59), "59m"),
            (timedelta(minutes=185), "3h 05"),
            (timedelta(days=3, hours=5), "3d"),
        ):
            self.assertEqual(span(length), said)

    def test_since_is_a_believable_moment_or_now(self) -> None:
        hour_ago = NOW - timedelta(hours=1)
        self.assertEqual(read_since(str(int(hour_ago.timestamp())), NOW), hour_ago)
        for odd in ("", "x", str(int((NOW + timedelta(days=1)).timestamp())), "0"):
            self.assertEqual(read_since(odd, NOW), NOW)
