"""The form that a private link opens, as somebody without an account finds it."""

import logging
from datetime import timedelta
from http.cookies import SimpleCookie
from unittest import mock

from django.core import signing
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from alerts import cases, contacts, defaults, private, tokens
from alerts.models import PrivateAnswer, PrivateLink
from config.logs import WithoutTokens
from dashboard import intake_views, limits
from tests.alerts.desk import open_case
from tests.base import NOW, facility, pete

TYPED = {"happened": "They lost her bag.", "reach": "555-0143", "when": "evenings"}


class Intake(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        contacts.add("555-0142", "Patient Relations", by=None, at=NOW)
        self.case, self.pete = open_case(facility=facility()), pete()
        cases.claim(self.case, by=self.pete, at=NOW)
        self.link, url = private.make(self.case, base="https://care.example", by=self.pete, at=timezone.now())
        self.token = url.split("/")[-2]
        counted = mock.patch.object(limits, "is_over", return_value=False)
        counted.start()
        self.addCleanup(counted.stop)

    def address(self, token: str = "") -> str:
        return reverse("intake-form", args=[token or self.token])

    def seal(self, link: PrivateLink | None = None) -> str:
        return signing.dumps((link or self.link).token_hash, salt=intake_views.SALT)

    def send(self, **fields: str) -> tuple[int, str]:
        answer = self.client.post(self.address(), {**TYPED, "seal": self.seal(), **fields})
        return answer.status_code, answer.content.decode()


class FormTests(Intake):
    def test_it_begins_with_the_emergency_line_and_asks_for_no_number_of_a_record(self) -> None:
        page = self.client.get(self.address()).content.decode()
        main = page[page.index("<main>") :]
        self.assertLess(main.index("Call 911 now"), main.index("<h1>"))
        self.assertIn(facility().name, page)
        self.assertIn("We erase it 30 days after we are done.", page)
        names = [part.split('"')[0] for part in page.split(' name="')[1:]]
        fields = ["seal", "lang", "happened", "reach", "when", "website"]
        self.assertEqual(names[-6:], fields)
        self.assertNotIn("<script", page)

    def test_it_speaks_the_language_of_the_post_and_can_be_switched(self) -> None:
        self.assertContains(self.client.get(self.address()), '<html lang="en"')
        self.assertContains(self.client.get(f"{self.address()}?lang=es"), "Llame al 911 ahora")
        PrivateLink.objects.update(language="es")
        self.assertContains(self.client.get(self.address()), '<html lang="es"')
        self.assertContains(self.client.get(f"{self.address()}?lang=en"), "Call 911 now")
        self.assertContains(self.client.get(f"{self.address()}?lang=xx"), '<html lang="es"')

    def test_what_was_sent_lands_with_its_case(self) -> None:
        status, page = self.send()
        self.assertEqual(status, 200)
        self.assertIn("It has arrived", page)
        told = private.read(PrivateAnswer.objects.get(case=self.case), by=self.pete, at=NOW)
        self.assertEqual((told.happened, told.reach, told.when), tuple(TYPED.values()))

    def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(self) -> None:
        status, page = self.send(reach=" ")
        self.assertEqual(status, 200)
        self.assertIn("how we can reach you.</p>", page)
        self.assertIn("They lost her bag.", page)
        self.assertFalse(PrivateAnswer.objects.exists())

    def test_what_is_typed_is_only_text(self) -> None:
        page = self.send(reach="", happened="</textarea><script>x</script>")[1]
        self.assertNotIn("<script", page)

    def test_a_machine_that_fills_in_everything_is_thanked_and_changes_nothing(self) -> None:
        page = self.send(website="http://spam.example")[1]
        self.assertIn("It has arrived", page)
        self.assertFalse(PrivateAnswer.objects.exists())
        self.assertEqual(private.look(self.token, timezone.now())[0], "open")


class EndTests(Intake):
    def test_a_second_time_it_says_so_and_whom_to_call(self) -> None:
        self.send()
        for answer in (self.client.get(self.address()), self.client.post(self.address(), TYPED)):
            self.assertContains(answer, "This form has been used")
            self.assertContains(answer, "Este formulario ya se us")
            self.assertContains(answer, "<b>555-0142</b> (Patient Relations)", count=2)
        self.assertEqual(PrivateAnswer.objects.count(), 1)

    def test_unknown_expired_and_taken_back_cannot_be_told_apart(self) -> None:
        other = open_case()
        expired, url = private.make(other, base="https://care.example", by=self.pete, at=NOW)
        PrivateLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now(), language="es")
        private.revoke(self.link, by=self.pete, at=NOW)
        seen = set()
        for token in (tokens.new(), "x", url.split("/")[-2], self.token):
            for ask in (self.client.get, self.client.post):
                with self.assertNumQueries(2):
                    answer = ask(self.address(token))
                # The moment of the answer says nothing of the link; a second may pass between two of them.
                headers = tuple(sorted(item for item in answer.headers.items() if item[0] != "Expires"))
                seen.add((answer.status_code, answer.content, headers))
        self.assertEqual(len(seen), 1)
        self.assertEqual(seen.pop()[0], 404)

    def test_ended_while_it_was_typed_it_answers_like_one_that_never_was(self) -> None:
        with mock.patch.object(private, "take_in", return_value=False):
            status, page = self.send()
        self.assertEqual((status, "does not lead anywhere" in page), (404, True))


class GuardTests(Intake):
    def test_it_is_kept_by_nobody_and_names_itself_to_nobody(self) -> None:
        for answer in (
            self.client.get(self.address()),
            self.client.post(self.address(), {**TYPED, "seal": self.seal()}),
            self.client.get(self.address("x")),
            self.client.put(self.address()),
        ):
            self.assertEqual(answer["Referrer-Policy"], "no-referrer")
            self.assertIn("noindex", answer["X-Robots-Tag"])
            self.assertIn("no-store", answer["Cache-Control"])
            self.assertIn("default-src 'none'", answer["Content-Security-Policy"])
            self.assertEqual(answer.cookies, SimpleCookie())

    def test_a_browser_that_names_no_origin_gets_through_and_a_forged_form_does_not(self) -> None:
        strict = Client(enforce_csrf_checks=True, headers={"origin": "null"})
        elsewhere = PrivateLink(token_hash="0" * 64)
        for seal in ("", "x", self.seal(elsewhere), signing.dumps(self.link.token_hash, salt="other")):
            answer = strict.post(self.address(), {**TYPED, "seal": seal})
            self.assertContains(answer, "press the button once more")
        self.assertFalse(PrivateAnswer.objects.exists())
        self.assertContains(strict.post(self.address(), {**TYPED, "seal": self.seal()}), "It has arrived")

    def test_a_form_that_stood_open_for_too_long_is_given_a_new_seal(self) -> None:
        with mock.patch.object(intake_views, "OPEN_FOR", timedelta(seconds=-1)):
            self.assertIn("press the button once more", self.send()[1])

    def test_more_than_twenty_kilobytes_are_not_read(self) -> None:
        status, page = self.send(happened="x" * 21_000)
        self.assertEqual((status, "That was too long" in page), (413, True))
        self.assertEqual(self.send(happened="x" * 5_000)[0], 200)

    def test_the_token_stands_in_no_log(self) -> None:
        lines: list[str] = []
        handler = logging.Handler()
        handler.addFilter(WithoutTokens())
        handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger("django.request").addHandler(handler)
        self.addCleanup(logging.getLogger("django.request").removeHandler, handler)
        self.client.put(self.address())
        self.send(happened="x" * 21_000)
        self.assertEqual(len(lines), 2)
        self.assertNotIn(self.token, "".join(lines))

    @override_settings(MURMUR_PUBLIC_URL="https://care.hospital.example")
    def test_the_link_leads_to_the_address_that_was_set(self) -> None:
        self.client.force_login(self.pete)
        self.client.post(reverse("case-private", args=[self.case.pk]), {"text": "Hello."})
        self.assertIn("https://care.hospital.example/private/", self.case.replies.get().text)


class LimitTests(TestCase):
    def ask(self, address: str, **headers: str) -> int:
        return self.client.get("/private/nobodys/", REMOTE_ADDR=address, headers=headers).status_code

    def test_one_address_is_asked_to_wait_and_others_are_not(self) -> None:
        with mock.patch.object(limits, "MOST", 3):
            answers = [self.ask("2001:db8:1:2::7", **{"x-forwarded-for": f"10.0.0.{n}"}) for n in range(4)]
            self.assertEqual(answers, [404, 404, 404, 429])
            self.assertEqual(self.ask("2001:db8:1:2::8"), 429)  # the same line
            self.assertEqual(self.ask("2001:db8:1:3::7"), 404)
            self.assertEqual(self.ask("203.0.113.9"), 404)

    def test_the_next_window_begins_anew(self) -> None:
        now = timezone.now()
        request = mock.Mock(META={"REMOTE_ADDR": "198.51.100.4"})
        with mock.patch.object(limits, "MOST", 1):
            self.assertEqual([limits.is_over(request, "t", now) for _ in range(2)], [False, True])
            self.assertFalse(limits.is_over(request, "t", now + limits.WINDOW))

    @override_settings(REDIS_URL="redis://127.0.0.1:1/0")
    def test_without_the_broker_the_form_still_answers(self) -> None:
        self.assertEqual(self.ask("203.0.113.10"), 404)
