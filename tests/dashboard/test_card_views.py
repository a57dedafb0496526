from datetime import timedelta
from typing import Any

from django.test import TestCase, TransactionTestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, defaults, showing, triage
from alerts.models import Case
from dashboard import arrivals, cards
from dashboard.faces import Face
from dashboard.looking import Looker
from dashboard.stream import sent
from hospital.models import Facility, Role
from tests import base


def at_work(place: Facility | None = None, **fields: Any) -> Case:
    now = timezone.now()
    values: dict[str, Any] = {
        "lane": "complaint",
        "sentiment": "negative",
        "severity": 45,
        "published_at": now,
        **fields,
    }
    mention = base.mention(facility=place, **values)
    case = triage.route(mention.pk, now)
    assert case is not None
    return case


class WhoSeesTests(TestCase):
    north: Facility
    west: Facility

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        cls.north, cls.west = (
            base.facility("Northfield North", "north"),
            base.facility("Northfield W", "west"),
        )

    def page(self, route: str = "wall", **params: str) -> str:
        return self.client.get(reverse(route), params).content.decode()

    def test_those_who_see_cases_see_who_has_it(self) -> None:
        case = at_work()
        self.client.force_login(base.carla())
        self.assertIn("Unowned", self.page())
        cases.claim(case, by=base.pete(), at=timezone.now())
        self.assertIn(">Pete<", self.page())
        self.assertIn(">Pete<", self.page(view="wall"))

    def test_those_who_see_only_the_wall_do_not(self) -> None:
        cases.claim(at_work(), by=base.pete(), at=timezone.now())
        self.client.force_login(base.wes())
        self.assertNotIn("Pete", self.page())
        self.assertNotIn("data-work", self.page())

    def test_it_is_decided_by_facility(self) -> None:
        for place in (self.north, self.west):
            cases.claim(at_work(place), by=base.pete(), at=timezone.now())
        base.wes()
        self.client.force_login(base.person("wes", Role.RESPONDER, self.north))
        self.assertEqual(self.page().count("<p data-work"), 1)

    def test_the_stream_cuts_it_out_for_them(self) -> None:
        case = at_work(self.north)
        cases.claim(case, by=base.pete(), at=timezone.now())
        (came,) = arrivals.after(case.mention.wall_seq - 1, limit=1)
        for where, sees in (
            (frozenset[int](), False),
            (frozenset({-1}), False),
            (frozenset({self.north.pk}), True),
            (None, True),
        ):
            card = sent([came], Looker(None, case_facility_ids=where))
            self.assertIn(b"Three hours", card)
            self.assertEqual(b">Pete<" in card, sees)

    def test_no_word_of_a_post_can_pass_for_it(self) -> None:
        forged = "<p data-work>kept</p> &lt;span data-work&gt;kept</span>"
        mention = base.mention(forged)
        html = cards.rendered(mention, is_named=True).encode()
        self.assertEqual(cards.without_work(html), html)

    def test_a_card_is_bare_where_nobody_said_otherwise(self) -> None:
        case = at_work()
        loaded = cards.for_cards(type(case.mention).objects.filter(pk=case.mention_id)).get()
        self.assertNotIn("data-work", cards.rendered(loaded, is_named=False))


class ClaimTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()

    def claim(self, case: Case) -> tuple[int, str]:
        answer = self.client.post(reverse("card-claim", args=[case.pk]))
        return answer.status_code, answer.content.decode()

    def test_it_says_at_once_who_has_it(self) -> None:
        case = at_work()
        self.client.force_login(base.pete())
        status, words = self.claim(case)
        self.assertEqual(status, 200)
        self.assertIn(">Pete<", words)

    def test_whoever_comes_second_is_told(self) -> None:
        case = at_work()
        cases.claim(case, by=base.pete(), at=timezone.now())
        self.client.force_login(base.carla())
        status, words = self.claim(case)
        self.assertEqual(status, 409)
        self.assertIn("pete was first and has this case.", words)


class LiveTests(TransactionTestCase):
    def test_a_claim_comes_as_a_change_of_the_same_card(self) -> None:
        defaults.ensure()
        case = at_work()
        showing.renew([case.pk])
        case.mention.refresh_from_db()
        seen = case.mention.wall_seq
        cases.claim(case, by=base.pete(), at=timezone.now() + timedelta(seconds=1))
        showing.renew([case.pk])
        (came,) = arrivals.after(seen, limit=9)
        self.assertIn(f'id="mention-{case.mention_id}"'.encode(), came.shown[Face.DESK])
        self.assertIn(b">Pete<", came.shown[Face.DESK])
