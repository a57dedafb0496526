"""Every address, asked by every role. A route the table does not know fails: nobody said who may use it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import deepcopy
from http.cookies import SimpleCookie
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.template import Template
from django.test import Client, RequestFactory, TestCase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from alerts import defaults
from alerts.models import ApprovedFact, BulkMove, Case, ListedContact, Queue, Reply, SavedReply, ShiftNote
from dashboard.models import Screen
from dashboard.screens import keeping
from dashboard.screens.keeping import Draft
from hospital.access import DefaultDenyMiddleware
from hospital.models import Facility, Membership, Role, Team
from listening import stories
from listening.models import (
    Exclusion,
    Label,
    Mention,
    RelevanceItem,
    RelevanceSample,
    Sample,
    SampleItem,
    Upload,
    Watchlist,
)
from tests import closing
from tests.alerts.operations.nouns import nouns as operations_nouns
from tests.alerts.safety.nouns import nouns as safety_nouns
from tests.base import (
    NOW,
    ada,
    carla,
    cora,
    facility,
    mallory,
    mention,
    person,
    pete,
    priya,
    source,
    watchlist,
    wes,
)
from tests.hospital.feeds.nouns import nouns as feed_nouns
from tests.timing import IS_DRILL
from tests.who_may import PUBLIC, WHO_MAY

OF_A_CASE = {f"reply-{verb}" for verb in ("save", "autosave", "submit", "check", "verdict", "insert", "swap")}
OF_A_CASE.add("card-claim")
METHODS = ("get", "post")
PEOPLE = PUBLIC.split()
KINDS = {"source-create": "?kind=rss", "feed-create": "?kind=posted"}
PARTS: dict[str, Any] = {
    "column": "needs",
    "kind": "health",
    "number": 0,
    "pack": "acute",
    "token": "nobodys",
    "slug": "complaints",
    "week": "2026-W10",
}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield pattern.name or f"(no name) {prefix}{pattern.pattern}", pattern


@contextmanager
def at_the_door() -> Iterator[None]:
    """Who is let in is seen at the door, before the view: nothing behind it is done.

    In the drills everybody goes all the way.
    """
    if IS_DRILL:
        yield
        return
    let_in = mock.patch.object(BaseHandler, "make_view_atomic", return_value=lambda *_, **__: HttpResponse())
    with unseen(), let_in:
        yield


def unseen() -> AbstractContextManager[Any]:
    """Pages are decided on and not written, but in the drills."""
    return nullcontext() if IS_DRILL else mock.patch.object(Template, "_render", return_value="")


def taking_turns(number: int, people: list[str]) -> str:
    """Who goes all the way: on all routes together, somebody of every role."""
    return people[number % len(people)]


def asking(number: int, people: list[str]) -> list[str]:
    return people if IS_DRILL else [taking_turns(number, people)]


ROUTES = dict(routes(get_resolver().url_patterns))


def test_every_route_is_in_the_table_and_no_other() -> None:
    assert set(ROUTES) == set(WHO_MAY)


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def is_right(answer: HttpResponseBase, who: str, *, is_allowed: bool) -> bool:
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?next=")
    if is_allowed:
        # 401: whoever posts there shows no session but a signature.
        return answer.status_code in (200, 302, 400, 401, 404, 405, 409) and not to_sign_in
    return to_sign_in if who == "anonymous" else answer.status_code == 403


@pytest.mark.slow
class AccessTests(TestCase):
    """People of one facility, and the same nouns there and in a facility that is none of theirs."""

    people: dict[str, User]
    cookies: dict[str, SimpleCookie]
    ids: dict[str, dict[str, int]]

    @classmethod
    def setUpTestData(cls) -> None:
        defaults.ensure()
        here, there = facility(), facility("Northfield North Hospital", "north")
        cls.people = {
            made.username: made for made in (make(here) for make in (wes, carla, pete, priya, cora, ada))
        } | {"mallory": mallory()}
        cls.cookies = {"anonymous": Client().cookies} | {
            name: signed_in(who).cookies for name, who in cls.people.items()
        }
        cls.ids = {"here": cls.nouns(here), "there": cls.nouns(there), "none": cls.nouns(None)}

    def setUp(self) -> None:
        # The stream gives its thread's connection back; here that is the test's own.
        for place in ("dashboard.stream.connections", "dashboard.screens.stream.connections"):
            kept = mock.patch(place)
            kept.start()
            self.addCleanup(kept.stop)

    @classmethod
    def nouns(cls, place: Facility | None) -> dict[str, int]:
        name = place.slug if place else "none"
        writer = person(f"writer-{name}")
        post = mention(facility=place, source=source(f"source-{name}", facility=place))
        complaints = Queue.objects.get(slug="complaints")
        case = Case.objects.create(
            mention=post, facility=place, queue=complaints, priority=1, opened_at=NOW, due_at=NOW
        )
        listed = watchlist("northfield", name=f"List {name}", facility=place)
        return {
            "mention": post.pk,
            **closing.nouns(case, place),
            **feed_nouns(place),
            "story": stories.of(post).pk,
            "case": case.pk,
            "label": Label.objects.create(**cls.said(post), by=writer, at=NOW).pk,
            "sample": cls.sampled(post).pk,
            "reply": Reply.objects.create(case=case, author=writer, text="Hello").pk,
            "facility": place.pk if place else 0,
            "watchlist": listed.pk,
            "relevance": cls.judged(post, listed).pk,
            "source": post.source_id,
            "upload": cls.sent(place, writer),
            "exclusion": Exclusion.objects.create(
                kind="site", site="band.example", facility=place, by=writer, at=NOW, applied_at=NOW
            ).pk,
            **safety_nouns(case, writer, place),
            **operations_nouns(writer, place),
            "contact": ListedContact.objects.create(value=f"{name}.example", added_at=NOW).pk,
            "saved": SavedReply.objects.create(title=name, text="[Hello]", changed_at=NOW).pk,
            "fact": ApprovedFact.objects.create(
                text="Open", topic="hours", facility=place, owner="Desk", valid_until=NOW, **cls.by(writer)
            ).pk,
            "screen": cls.hung(name, place, writer).pk,
            "bulk": BulkMove.objects.create(at=NOW, by=writer, words="claimed").pk,
            "handover": ShiftNote.objects.create(text="Ice", facility=place, by=writer, at=NOW).pk,
            "person": writer.pk,
            "team": Team.objects.create(name=f"Team {name}", facility=place).pk,
            "membership": Membership.objects.create(user=writer, role=Role.VIEWER, facility=place).pk,
        }

    @staticmethod
    def sent(place: Facility | None, writer: User) -> int:
        when = {"created_at": NOW, "moved_at": NOW}
        return Upload.objects.create(came_from="Letters", facility=place, by=writer, **when).pk

    @staticmethod
    def hung(name: str, place: Facility | None, writer: User) -> Screen:
        return keeping.make(Draft(f"Screen {name}", "staff", [place] if place else []), by=writer, at=NOW)[0]

    @staticmethod
    def by(writer: User) -> dict[str, Any]:
        return {"approved_by": writer, "approved_at": NOW}

    @staticmethod
    def said(post: Mention) -> dict[str, Any]:
        read = {"sentiment": "negative", "score": -0.5}
        return {"mention": post, "aspect": "sentiment", "value": "neutral", "reader_said": read}

    @staticmethod
    def sampled(post: Mention) -> SampleItem:
        sample, _ = Sample.objects.get_or_create(starts_at=NOW, defaults={"ends_at": NOW, "drawn_at": NOW})
        where = {"sample": sample, "source": post.source, "position": sample.items.count()}
        return SampleItem.objects.create(mention=post, said="negative", group_size=1, **where)

    @staticmethod
    def judged(post: Mention, listed: Watchlist) -> RelevanceItem:
        drawn = {"drawn_at": NOW, "since": NOW, "drawn_from": 1}
        sample = RelevanceSample.objects.create(watchlist=listed, **drawn)
        return RelevanceItem.objects.create(sample=sample, mention=post, position=1)

    def address(self, route: str, place: str) -> str:
        taken = ROUTES[route].pattern.converters
        if "pk" not in taken:
            values = {name: PARTS[name] for name in taken}
            return reverse(route, kwargs=values) + KINDS.get(route, "")
        noun = "case" if route in OF_A_CASE else route.split("-")[0]
        others = {name: PARTS[name] for name in taken if name != "pk"}
        return reverse(route, kwargs={"pk": self.ids[place][noun], **others})

    def ask(self, who: str, method: str, address: str) -> HttpResponseBase:
        """As that person, and then as if nothing had been asked."""
        self.client.cookies = deepcopy(self.cookies[who])
        with transaction.atomic():
            answer = getattr(self.client, method)(address)
            transaction.set_rollback(True)
        return answer  # type: ignore[no-any-return]

    def test_each_route_lets_in_whom_the_table_names(self) -> None:
        # Not as subtests: thousands of reports cost more than what they tell of.
        wrong = []
        for number, (route, allowed) in enumerate(WHO_MAY.items()):
            goes_in = taking_turns(number, allowed.split())
            for who in PEOPLE:
                if who in allowed.split() and who != goes_in and not IS_DRILL:
                    continue  # everybody who may not is turned away; of those who may, one a route goes in
                # The door looks at the address and at the person; what is done behind it may ask how.
                for method in METHODS if IS_DRILL or who == goes_in else METHODS[number % 2 :][:1]:
                    with nullcontext() if who == goes_in else at_the_door():
                        answer = self.ask(who, method, self.address(route, "here"))
                    if not is_right(answer, who, is_allowed=who in allowed.split()):
                        wrong.append((route, who, method, answer.status_code))
        self.assertEqual(wrong, [])

    def test_what_is_out_of_reach_does_not_exist(self) -> None:
        wrong = []
        for number, (route, allowed) in enumerate(WHO_MAY.items()):
            if "pk" not in ROUTES[route].pattern.converters:
                continue
            for who in asking(number, allowed.split()):
                for place in ("there", "none"):
                    address = self.address(route, place)
                    with unseen():
                        statuses = {self.ask(who, method, address).status_code for method in ("get", "post")}
                    if 404 not in statuses or not statuses <= {404, 405}:
                        wrong.append((route, who, place, statuses))
        self.assertEqual(wrong, [])

    def test_a_right_in_one_place_is_none_in_another(self) -> None:
        north = Facility.objects.get(slug="north")
        Membership.objects.create(user=self.people["pete"], role=Role.ADMIN, facility=north)
        Membership.objects.create(user=self.people["priya"], role=Role.RESPONDER, facility=north)
        self.assertEqual(self.ask("pete", "get", self.address("case-detail", "there")).status_code, 200)
        self.assertEqual(self.ask("pete", "post", self.address("case-claim", "there")).status_code, 404)
        self.assertEqual(self.ask("priya", "post", self.address("reply-cancel", "there")).status_code, 409)
        self.assertEqual(self.ask("priya", "post", self.address("reply-approve", "there")).status_code, 404)

    def test_what_is_within_reach_does(self) -> None:
        # Else the test above would pass on a product that answers 404 to everything.
        for route in ("mention-detail", "case-detail", "case-thread"):
            self.assertEqual(self.ask("carla", "get", self.address(route, "here")).status_code, 200)
        for route in ("watchlist-edit", "source-edit"):
            self.assertEqual(self.ask("ada", "get", self.address(route, "here")).status_code, 200)
        for route in ("case-claim", "case-close"):
            self.assertIn(self.ask("pete", "post", self.address(route, "here")).status_code, (302, 409))

    def test_lists_hold_only_what_is_within_reach(self) -> None:
        for who, route, mine, theirs in (
            ("carla", "case-list", "/cases/{case}/?", "case"),
            ("carla", "change-list", "/changes/{change}/", "change"),
            ("ada", "watchlist-list", "/watchlists/{watchlist}/", "watchlist"),
            ("ada", "facility-list", "/facilities/{facility}/", "facility"),
            ("ada", "source-list", "/sources/{source}/", "source"),
            ("ada", "person-list", "/memberships/{membership}/remove/", "membership"),
        ):
            with self.subTest(route):
                page = self.ask(who, "get", reverse(route)).content.decode()  # type: ignore[attr-defined]
                self.assertIn(mine.format(**self.ids["here"]), page)
                for place in ("there", "none"):
                    self.assertNotIn(mine.format(**self.ids[place]), page, theirs)

    def test_a_removed_member_is_out_at_once(self) -> None:
        self.client.force_login(self.people["carla"])
        self.assertEqual(self.client.get(reverse("wall")).status_code, 200)
        Membership.objects.filter(user=self.people["carla"]).delete()
        self.assertEqual(self.client.get(reverse("wall")).status_code, 403)

    def test_a_wild_id_is_not_there(self) -> None:
        for number in (0, 2**63, 10**30):
            with self.subTest(number):
                self.assertEqual(self.ask("carla", "get", f"/cases/{number}/").status_code, 404)


@pytest.mark.django_db
def test_nobody_may_use_a_route_that_says_no_permission() -> None:
    middleware = DefaultDenyMiddleware(lambda _: HttpResponse())
    request = RequestFactory().get("/new/")
    request.user = AnonymousUser()
    answer = middleware.process_view(request, lambda _: HttpResponse(), (), {})
    assert answer is not None
    assert answer.status_code == 302
    request.user = ada()
    with pytest.raises(PermissionDenied):
        middleware.process_view(request, lambda _: HttpResponse(), (), {})
