"""What is seen of an author: one account, in reach and in time; no list, no score, no voice of staff."""

from datetime import timedelta

from django.conf import settings
from django.urls import get_resolver, reverse
from django.utils import timezone

from alerts import outbox
from alerts.models import AuthorNote, Case
from dashboard.cases import author
from hospital.models import Facility, Role
from listening.models import Author, Mention
from tests.alerts.desk import approved, open_case
from tests.base import FakeSource, carla, cora, facility, mention, person, priya, registered
from tests.dashboard.cases.test_pages import Desk


class AuthorDesk(Desk):
    def setUp(self) -> None:
        super().setUp()
        self.writer = Author.objects.create(network="fake", external_id="1", handle="river_walker")
        self.now = timezone.now()

    def case(self, **fields: object) -> Case:
        return open_case(**{"author": self.writer, "published_at": self.now, **fields})

    def said(self, days: int = 1, **fields: object) -> Mention:
        at = self.now - timedelta(days=days)
        return mention(**{"author": self.writer, "published_at": at, **fields})  # type: ignore[arg-type]

    def opened(self, case: Case) -> str:
        page = self.get(reverse("case-detail", args=[case.pk]))
        return page.split('class="author"')[1].split("</section>")[0] if 'class="author"' in page else ""


class SeenTests(AuthorDesk):
    def test_it_counts_their_posts_and_our_answers_of_late(self) -> None:
        with registered(FakeSource()):
            earlier = self.case()
            reply = approved(earlier, self.pete, priya())
            outbox.publish(reply.pk, self.now)
        self.said(days=settings.MURMUR_AUTHOR_KEPT.days + 1)
        page = self.opened(self.case())
        self.assertIn('<b class="num">2</b> posts, <b class="num">1</b> answer of ours', page)

    def test_what_came_up_before_and_that_they_write_as_press_is_said(self) -> None:
        self.said(topics=["parking"], lane="media")
        page = self.opened(self.case(topics=["parking", "food"]))
        self.assertIn("Again about parking.", page)
        self.assertIn("Writes as press", page)

    def test_another_account_is_another_author_whatever_it_is_called(self) -> None:
        other = Author.objects.create(network="x", external_id="1", handle="river_walker")
        self.said(author=other)
        self.assertIn("First post", self.opened(self.case()))

    def test_what_is_out_of_reach_is_not_counted(self) -> None:
        here, there = facility(), facility("Northfield North", "north")
        self.said(facility=there)
        AuthorNote.objects.create(
            author=self.writer, facility=there, text="Likes jokes.", by=self.pete, at=self.now
        )
        self.client.force_login(person("local", Role.RESPONDER, here))
        page = self.opened(self.case(facility=here))
        self.assertIn("First post", page)
        self.assertNotIn("Likes jokes", page)

    def test_of_a_removed_post_nothing_is_shown(self) -> None:
        self.said(is_gone=True)
        self.assertIn("First post", self.opened(self.case()))


class NotSeenTests(AuthorDesk):
    def test_who_only_reads_cases_sees_no_author(self) -> None:
        case = self.case()
        self.client.force_login(cora())
        self.assertEqual(self.opened(case), "")

    def test_a_voice_of_staff_has_none(self) -> None:
        case = open_case(lane="staff_voice", text="I work at Northfield.", author=self.writer)
        self.client.force_login(priya())
        page = self.get(reverse("case-detail", args=[case.pk]), queue="staff-voice")
        self.assertNotIn('class="author"', page)

    def test_a_voice_of_staff_is_counted_in_no_view(self) -> None:
        self.said(lane="staff_voice")
        self.assertIn("First post", self.opened(self.case()))

    def test_no_address_lists_or_looks_up_authors(self) -> None:
        names = [str(pattern.pattern) for pattern in get_resolver().url_patterns]
        self.assertFalse([name for name in names if "author" in name])

    def test_the_view_holds_no_score(self) -> None:
        fields = set(author.AuthorView.__dataclass_fields__)
        self.assertEqual(fields, {"posts", "count", "replies", "notes", "says_press", "repeated"})


class RemarkTests(AuthorDesk):
    def remark(self, case: Case, text: str, **said: str) -> int:
        answer = self.client.post(reverse("case-remark", args=[case.pk]), {"remark": text, **said})
        return answer.status_code

    def test_a_note_is_kept_and_read_in_the_next_case(self) -> None:
        self.assertEqual(self.remark(self.case(), "Likes short answers.", press="on"), 302)
        page = self.opened(self.case())
        self.assertIn("Likes short answers.", page)
        self.assertIn("press, as they say", page)

    def test_a_refused_note_is_said_why_and_stays_in_the_field(self) -> None:
        case = self.case()
        self.assertEqual(self.remark(case, "Diabetic, born 3/14/1961"), 409)
        self.assertFalse(AuthorNote.objects.exists())

    def test_only_who_works_on_the_case_writes_one(self) -> None:
        case = self.case(facility=Facility.objects.create(slug="far", name="Far", short_name="Far"))
        self.client.force_login(person("near", Role.MANAGER, facility()))
        self.assertEqual(self.remark(case, "Likes short answers."), 404)
        self.client.force_login(carla())
        self.assertEqual(self.remark(case, "Likes short answers."), 302)
