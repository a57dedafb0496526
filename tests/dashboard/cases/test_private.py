"""The desk's side of a private link: made, shown, taken back, and what came by it."""

import logging
from typing import Any

from django.http import HttpResponse
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, defaults, private
from alerts.models import Case, CaseEvent, PrivateAnswer, PrivateLink
from alerts.private import Told
from hospital.models import AuditEntry
from tests.alerts.desk import open_case
from tests.base import NOW, ada, carla, cora, mallory, pete
from tests.proof.test_identifiers import listened

WORDS = ("Wilhelmina", "555-0143", "wrong bag", "evenings only")
TOLD = Told("Wilhelmina got the wrong bag", "555-0143", "evenings only")


class Desk(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.case = pete(), open_case()
        cases.claim(self.case, by=self.pete, at=NOW)
        self.client.force_login(self.pete)

    def press(self, route: str, pk: int, **fields: Any) -> HttpResponse:
        return self.client.post(reverse(route, args=[pk]), {"queue": "complaints", **fields})  # type: ignore[return-value]

    def page(self, route: str = "case-detail") -> str:
        return self.client.get(reverse(route, args=[self.case.pk])).content.decode()

    def answered(self) -> PrivateAnswer:
        link, _ = private.make(self.case, base="http://testserver", by=self.pete, at=timezone.now())
        private.take_in(link, TOLD, at=timezone.now())
        return link.answer


class LinkTests(Desk):
    def test_one_press_puts_it_behind_what_was_typed(self) -> None:
        self.assertIn('data-key="p"', self.page())
        answer = self.press("case-private", self.case.pk, text="We want to hear more.")
        self.assertEqual(answer.status_code, 302)
        text = self.case.replies.get().text
        self.assertRegex(text, r"\AWe want to hear more\.\n\n.* http://testserver/private/[a-z]{32}/\Z")
        self.assertContains(self.client.get(answer["Location"]), text.splitlines()[-1])

    def test_without_a_draft_it_is_shown_once(self) -> None:
        page = self.press("case-private", self.case.pk).content.decode()
        self.assertRegex(page, r"http://testserver/private/[a-z]{32}/")
        self.assertNotIn("testserver/private/", self.page())
        self.assertIn("<b>Open</b> by pete", self.page())

    def test_it_can_be_taken_back(self) -> None:
        self.press("case-private", self.case.pk)
        link = PrivateLink.objects.get()
        self.assertEqual(self.press("private-revoke", link.pk).status_code, 302)
        self.assertIn("<b>Taken back</b>", self.page())
        self.assertEqual(self.press("private-revoke", link.pk).status_code, 409)

    def test_others_are_turned_away(self) -> None:
        self.answered()
        for who in (mallory(), ada()):
            self.client.force_login(who)
            link, answer = PrivateLink.objects.get(), PrivateAnswer.objects.get()
            for route, pk in (
                ("case-private", self.case.pk),
                ("private-revoke", link.pk),
                ("answer-read", answer.pk),
            ):
                self.assertEqual(self.press(route, pk).status_code, 403)


class AnswerTests(Desk):
    def test_the_list_and_the_case_say_that_it_came(self) -> None:
        self.answered()
        listed = self.client.get(reverse("case-rows")).content.decode()
        self.assertIn("Answered in private.", listed)
        self.assertIn("They answered in private", self.page("case-thread"))
        self.assertIn("nobody has read it", self.page())

    def test_it_is_shown_to_whoever_asks_for_it_once(self) -> None:
        answer = self.answered()
        read = self.press("answer-read", answer.pk).content.decode()
        for word in WORDS:
            self.assertIn(word, read)
        self.assertNotIn("Wilhelmina", self.page())
        self.assertIn("first read by pete", self.page())
        self.assertIn("pete read what was told in private", self.page())
        self.assertNotIn("Answered in private.", self.client.get(reverse("case-rows")).content.decode())

    def test_whoever_may_not_read_it_knows_only_that_it_is_there(self) -> None:
        answer = self.answered()
        self.client.force_login(carla())
        self.assertEqual(self.press("answer-read", answer.pk).status_code, 403)
        self.assertIn("Told in private", self.page())
        self.assertNotIn(">Read it<", self.page())
        self.client.force_login(cora())
        self.assertContains(self.press("answer-read", answer.pk), "Wilhelmina")

    def test_a_word_of_it_stands_on_no_other_page_and_in_no_log(self) -> None:
        with listened() as lines:
            answer = self.answered()
            self.press("answer-read", answer.pk)
            pages = [self.page(), self.page("case-thread")]
            others = ("wall", "wall-status", "case-list", "case-rows", "case-queues")
            pages += [self.client.get(reverse(route)).content.decode() for route in others]
            found = self.client.get(reverse("mention-search"), {"q": "Wilhelmina"}).content.decode()
            mention = reverse("mention-detail", args=[self.case.mention_id])
            pages += [self.client.get(mention).content.decode(), *lines]
        self.assertIn("/static/", "".join(pages))
        self.assertGreater(logging.getLogger().level, logging.DEBUG)
        kept = [list(model.objects.values()) for model in (Case, CaseEvent, AuditEntry, PrivateLink)]
        for word in WORDS:
            self.assertNotIn(word, "".join(pages) + str(kept))
        self.assertNotIn("wrong bag", found)
