"""What a member of staff said: every page and stream, asked by every role, for a trace of it.

One post stands in each station of its way, on a facility that all of these people may see. Whatever could
lead to it has a word of its own, which no other page of the product knows.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from alerts import defaults, staffvoice, triage
from alerts.models import Case, Queue
from dashboard import arrivals, stream
from dashboard.faces import Face
from dashboard.kinds import KINDS
from dashboard.looking import Looker
from dashboard.standing import Slot, standing
from dashboard.wall_filters import WallFilter
from hospital import access
from hospital.access import Permission
from hospital.models import Role
from listening.models import Author, Match, Mention, MentionVersion, Query
from tests.base import ada, carla, cora, facility, mention, pete, priya, source, watchlist, wes
from tests.test_access import ROUTES
from tests.test_project import ROOT, python_files

EVERY_KIND = tuple(Slot(kind, kind, standing(kind)) for kind in KINDS)
TEXT = "I work at Northfield and the zebrafinch cart is never checked on nights."
TRACES = ("zebrafinch", "quokkatitle", "nightjarhandle", "axolotlname", "capybaraurl", "I work at")
NOTE = "Emergency equipment may go unchecked."
OTHERS = (wes, carla, pete, ada)
WORKING = ("case-claim", "case-close", "case-move", "case-weigh", "case-restrict", "reply-save")
LISTS = (
    "wall",
    "wall-status",
    "case-list",
    "case-rows",
    "case-queues",
    "priority-edit",
    "watchlist-list",
    "source-list",
    "person-list",
)


def voice(*, has_author: bool = False, **fields: Any) -> Mention:
    now = timezone.now()
    author = None
    if has_author:
        author = Author.objects.create(
            network="fake", external_id="1", handle="nightjarhandle", name="axolotlname"
        )
    return mention(
        TEXT,
        lane="staff_voice",
        title="quokkatitle",
        url="https://fake.example/capybaraurl",
        author=author,
        facility=facility(),
        published_at=now,
        collected_at=now,
        reasons=["staff voice: 'I work at'"],
        topics=["staffing"],
        **{"level": "P2", "severity": 55, "sentiment": "negative", **fields},
    )


class RestrictedTests(TestCase):
    people: dict[str, User]
    cases: list[Case]
    posts: list[Mention]

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.people = {person.username: person for person in (make() for make in (*OTHERS, priya, cora))}
        watchlist("northfield")
        posts = [voice(has_author=True), voice(level="P0"), voice(sentiment="positive"), voice()]
        for post in posts:
            Match.objects.create(mention=post, query=Query.objects.get(), spans=[[0, 4]])
            MentionVersion.objects.create(
                mention=post, text=TEXT, content_hash="0" * 64, replaced_at=timezone.now()
            )
        # One is not yet decided on: it is as restricted as the others.
        cls.posts = posts
        now = timezone.now()
        cls.cases = [case for post in posts[:3] if (case := triage.route(post.pk, now))]
        staffvoice.answer(cls.cases[1], answer="conditions", note="", by=cls.people["cora"], at=now)
        staffvoice.answer(cls.cases[2], answer="safety", note=NOTE, by=cls.people["cora"], at=now)

    def addresses(self) -> list[str]:
        """Everything that can be asked for, with each of these posts and cases where an id is taken."""
        found = [reverse(name) for name in LISTS]
        found += [reverse("wall") + "?view=wall", reverse("source-create") + "?kind=rss"]
        found += [
            reverse("wall-older", args=[column]) + self.cursor for column in ("needs", "says", "praise")
        ]
        found += [reverse("case-list") + f"?queue={slug}&since=1" for slug in self.queues]
        found += [reverse("mention-detail", args=[post.pk]) for post in self.posts]
        for case in self.cases:
            found += [reverse("case-detail", args=[case.pk]), reverse("case-thread", args=[case.pk])]
        found += [reverse("watchlist-edit", args=[Query.objects.get().watchlist_id])]
        return [*found, reverse("source-edit", args=[source().pk])]

    cursor = "?before=2099-01-01T00:00:00Z_9"
    queues = ("team", "mine", "approval", "safety-events", "praise", "complaints", "staff-voice", "unsorted")

    def test_nobody_but_two_roles_finds_a_trace(self) -> None:
        for name in ("wes", "carla", "pete", "ada"):
            self.client.force_login(self.people[name])
            for address in self.addresses():
                with self.subTest(who=name, address=address):
                    page = self.client.get(address).content.decode()
                    self.assertEqual([trace for trace in TRACES if trace in page], [])

    def test_the_two_find_the_words_only_in_its_case_and_the_author_nowhere(self) -> None:
        for name in ("priya", "cora"):
            self.client.force_login(self.people[name])
            seen = {address: self.client.get(address).content.decode() for address in self.addresses()}
            worded = {address for address, page in seen.items() if "zebrafinch" in page}
            own = {f"/cases/{case.pk}/{part}" for case in self.cases[:2] for part in ("", "thread/")}
            self.assertEqual(worded, own)
            for trace in ("nightjarhandle", "axolotlname"):
                self.assertFalse([address for address, page in seen.items() if trace in page])

    def test_the_same_words_in_another_lane_would_be_found(self) -> None:
        Mention.objects.update(lane="complaint")
        Case.objects.update(queue=Queue.objects.get(slug="complaints"), passed_on="", staff_answer="")
        self.client.force_login(self.people["carla"])
        pages = {address: self.client.get(address).content.decode() for address in self.addresses()}
        found = {address for address, page in pages.items() if "zebrafinch" in page}
        self.assertLessEqual({"/", "/cases/", "/cases/rows/", f"/cases/{self.cases[0].pk}/"}, found)

    def test_what_is_restricted_does_not_exist_for_others(self) -> None:
        for name in ("carla", "pete", "ada"):
            self.client.force_login(self.people[name])
            for case in self.cases[:2]:
                self.assertEqual(self.client.get(reverse("case-detail", args=[case.pk])).status_code, 404)
            self.assertEqual(self.client.get(reverse("case-list") + "?queue=staff-voice").status_code, 404)
            self.assertNotIn("Staff voice", self.client.get(reverse("case-queues")).content.decode())

    def test_nothing_can_be_done_with_it_by_others(self) -> None:
        for name in ("carla", "pete"):
            self.client.force_login(self.people[name])
            for route in (
                "case-claim",
                "case-close",
                "case-move",
                "case-weigh",
                "case-restrict",
                "reply-save",
            ):
                with self.subTest(who=name, route=route):
                    answer = self.client.post(reverse(route, args=[self.cases[0].pk]))
                    self.assertEqual(answer.status_code, 404)

    def test_no_other_door_is_open_to_the_two(self) -> None:
        self.client.force_login(self.people["priya"])
        for route in WORKING:
            answer = self.client.post(reverse(route, args=[self.cases[0].pk]))
            self.assertEqual(answer.status_code, 404, route)

    def test_facilities_bound_the_two_as_well(self) -> None:
        Case.objects.update(facility=facility("Northfield North", "north"))
        member = self.people["cora"].memberships.get()
        member.facility = facility()
        member.save()
        self.client.force_login(self.people["cora"])
        self.assertEqual(self.client.get(reverse("case-detail", args=[self.cases[0].pk])).status_code, 404)

    def test_no_number_counts_it(self) -> None:
        self.client.force_login(self.people["carla"])
        pulse = self.client.get(reverse("wall-status")).context
        self.assertEqual((pulse["pulse"].total, pulse["today"]), (0, 0))
        self.assertIsNone(pulse["band"].card)
        views = {
            shelf.slug: shelf.count for shelf in self.client.get(reverse("case-queues")).context["views"]
        }
        self.assertEqual(views["team"], 1)  # what was passed on, as a note

    def test_what_was_passed_on_is_the_note_and_nothing_else(self) -> None:
        self.client.force_login(self.people["carla"])
        page = self.client.get(reverse("case-detail", args=[self.cases[2].pk])).content.decode()
        self.assertIn(NOTE, page)
        self.assertNotIn("fake.example", page)
        self.assertNotRegex(page, r"/mentions/\d")
        self.assertNotIn("Came to Staff voice", page)

    def test_no_address_asks_for_an_author(self) -> None:
        # Neither in its path nor by a parameter: no view looks for whoever wrote a post.
        paths = [str(pattern.pattern) for pattern in ROUTES.values()]
        self.assertFalse([path for path in paths if "author" in path])
        self.client.force_login(self.people["cora"])
        Case.objects.update(opened_at=timezone.now() - timedelta(hours=1))
        asked = f"{reverse('case-rows')}?queue=staff-voice&since={int(timezone.now().timestamp())}"
        plain = self.client.get(asked).content
        self.assertIn(f'id="row-{self.cases[0].pk}"'.encode(), plain)
        for name in ("author", "by", "handle", "q"):
            address = f"{asked}&{name}=nightjarhandle"
            self.assertEqual(self.client.get(address).content, plain, name)

    def test_no_voice_is_joined_to_an_author(self) -> None:
        decided = Mention.objects.filter(lane="staff_voice", processed_at__isnull=False)
        self.assertTrue(decided.exists())
        self.assertFalse(decided.filter(author__isnull=False).exists())


@pytest.mark.parametrize("noun", ["Mention", "Case"])
def test_every_screen_asks_only_for_what_may_be_seen(noun: str) -> None:
    # A query that begins otherwise begins with everything, voices of staff among it.
    allowed = {"within", "restricted_within"}
    begun = re.compile(rf"\b{noun}\.(?:objects|_default_manager)\b(?:\s*\.\s*(\w+))?")
    wrong = {
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in python_files("dashboard")
        for found in begun.finditer(path.read_text())
        if found[1] not in allowed
    }
    assert wrong - BEGIN_OTHERWISE == set()


BEGIN_OTHERWISE = {"dashboard/arrivals.py: Mention.objects.filter"}
"""The wall's stream reads for all walls at once, and sends nothing of what is restricted to any."""


class RolesTests(TestCase):
    def test_two_roles_and_no_third_handle_it(self) -> None:
        handling = {role for role in Role if Permission.HANDLE_STAFF_VOICE in access.GRANTS[role]}
        self.assertEqual(handling, {Role.COMPLIANCE, Role.APPROVER})


class StreamTests(TransactionTestCase):
    def frames(self) -> list[bytes]:
        found = arrivals.after(0, limit=100)
        return [
            arrival.frame_for(looker, timezone.now()) or b""
            for arrival in found
            for looker in (
                Looker(None),
                Looker(None, face=Face.SCREEN),
                Looker(None, wanted=WallFilter(sentiment="neutral")),
                Looker(None, slots=EVERY_KIND),
            )
        ]

    def test_a_new_one_sends_nothing_to_any_wall(self) -> None:
        voice(has_author=True)
        self.assertEqual(set(self.frames()), {b""})

    def test_one_that_stood_there_is_taken_away_without_a_word_of_it(self) -> None:
        post = voice()
        MentionVersion.objects.create(
            mention=post, text="Before", content_hash="0" * 64, replaced_at=timezone.now()
        )
        for sent in self.frames():
            self.assertIn(b"event: drop", sent)
            self.assertFalse([trace for trace in TRACES if trace.encode() in sent])

    def test_a_wall_that_comes_back_catches_up_without_it(self) -> None:
        before = mention("Before it")
        voice()
        mention("After it")
        sent = async_to_sync(self.caught_up)(before.wall_seq)
        self.assertIn(b"After it", sent)
        self.assertFalse([trace for trace in TRACES if trace.encode() in sent])

    async def caught_up(self, seq: int) -> bytes:
        looker = Looker(None)
        chunks = stream.events(looker, str(seq), lambda: looker)
        sent = b""
        while b"After it" not in sent:
            sent += await anext(chunks)
        await chunks.aclose()  # type: ignore[attr-defined]
        return sent
