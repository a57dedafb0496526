from datetime import timedelta

import pytest
from django.test import TestCase, override_settings

from alerts import cases, contacts, defaults, gatekeeping, private, tokens
from alerts.models import CaseEvent, PrivateAnswer, PrivateLink
from alerts.private import Door, Told
from alerts.refusals import Refused
from hospital.models import AuditEntry
from tests.alerts.desk import open_case
from tests.base import NOW, carla, pete

BASE = "https://care.northfield.example"
SECRET = "They gave my mother the wrong bag"
TOLD = Told(SECRET, "555-0143, ask for Wilhelmina", "evenings")
DAY = timedelta(days=1)


def test_a_token_says_nothing_and_never_repeats() -> None:
    drawn = {tokens.new() for _ in range(500)}
    assert len(drawn) == 500
    assert all(len(each) == tokens.LENGTH and set(each) <= set(tokens.ALPHABET) for each in drawn)
    assert len(tokens.ALPHABET) ** tokens.LENGTH >= 2**128


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Write: https://care.example/private/{t}/", 1),
        ("Write: HTTPS://care.example/private/{t}.", 1),
        ("http://[::1]:8000/private/{t}/ and http://a.example/private/{t}", 2),
        ("https://care.example/private/{t}zz", 0),
        ("https://care.example/private/short/", 0),
        ("/private/{t}/", 0),
    ],
)
def test_links_are_found_in_a_text(text: str, found: int) -> None:
    token = "bcdfghjklmnpqrstvwxzbcdfghjklmnp"
    assert len(tokens.found_in(text.format(t=token))) == found


class Private(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.case, self.pete = open_case(), pete()
        cases.claim(self.case, by=self.pete, at=NOW)

    def make(self) -> tuple[PrivateLink, str]:
        return private.make(self.case, base=BASE, by=self.pete, at=NOW)

    def answered(self) -> PrivateAnswer:
        link, _ = self.make()
        self.assertTrue(private.take_in(link, TOLD, at=NOW))
        return PrivateAnswer.objects.get(link=link)

    def kinds(self) -> list[str]:
        return list(CaseEvent.objects.filter(case=self.case).values_list("kind", flat=True))


class LinkTests(Private):
    def test_only_the_hash_of_its_token_is_kept(self) -> None:
        link, url = self.make()
        token = url.removeprefix(f"{BASE}/private/").removesuffix("/")
        self.assertEqual(link.token_hash, tokens.hashed(token))
        kept = [str(PrivateLink.objects.values().get()), str(list(CaseEvent.objects.values()))]
        self.assertNotIn(token, "".join(kept))
        self.assertNotIn(str(self.case.pk), url.removeprefix(BASE))

    @override_settings(MURMUR_LINK_DAYS=3)
    def test_it_ends_after_the_days_that_are_set(self) -> None:
        link, url = self.make()
        token = url.split("/")[-2]
        self.assertEqual(private.look(token, NOW + 3 * DAY - timedelta(seconds=1))[0], Door.OPEN)
        self.assertEqual(private.look(token, NOW + 3 * DAY), (Door.NONE, None))
        self.assertFalse(private.take_in(link, TOLD, at=NOW + 3 * DAY))

    def test_taken_back_it_opens_nothing(self) -> None:
        link, url = self.make()
        private.revoke(link, by=self.pete, at=NOW)
        self.assertEqual(private.look(url.split("/")[-2], NOW), (Door.NONE, None))
        self.assertFalse(private.take_in(link, TOLD, at=NOW))
        self.assertEqual(self.kinds()[-2:], ["link_made", "link_ended"])
        with self.assertRaises(Refused):
            private.revoke(link, by=self.pete, at=NOW)

    def test_a_closed_case_and_a_staff_voice_get_none(self) -> None:
        cases.close(self.case, outcome="phone", note="", by=self.pete, at=NOW)
        with self.assertRaisesMessage(Refused, private.CLOSED):
            self.make()
        self.case = open_case(lane="staff_voice")
        with self.assertRaisesMessage(Refused, private.NOT_HERE):
            self.make()

    def test_a_spanish_post_gets_spanish_words(self) -> None:
        self.case.mention.language = "es"
        self.case.mention.save(update_fields=["language"])
        reply = private.put_in_draft(self.case, text="", post_seen="", base=BASE, by=self.pete, at=NOW)
        self.assertTrue(reply.text.startswith("Si quiere, puede escribirnos en privado: https://care."))

    def test_whoever_does_not_have_the_case_puts_none_into_its_draft(self) -> None:
        with self.assertRaises(Refused):
            private.put_in_draft(self.case, text="", post_seen="", base=BASE, by=carla(), at=NOW)
        self.assertFalse(PrivateLink.objects.exists())


class GateTests(Private):
    """The gate lets a link pass that was made for this very post, and no other."""

    def verdict(self, text: str) -> str:
        return gatekeeping.verdict(self.case.mention, text).word

    def test_its_own_link_passes_and_the_reply_can_be_sent_in(self) -> None:
        text = "We take comments like this to heart."
        for _ in range(5):
            reply = private.put_in_draft(
                self.case,
                text=text,
                post_seen=self.case.mention.content_hash,
                base=BASE,
                by=self.pete,
                at=NOW,
            )
            self.assertEqual(self.verdict(reply.text), "pass")
        self.assertTrue(reply.text.startswith(f"{text}\n\nIf you like, write to us in private: {BASE}"))

    def test_every_other_link_is_stopped(self) -> None:
        link, url = self.make()
        other = open_case()
        _, theirs = private.make(other, base=BASE, by=self.pete, at=NOW)
        elsewhere = url.replace("northfield", "evil")
        for each in (theirs, elsewhere, f"{url}?who=maria", f"{BASE}/private/{tokens.new()}/"):
            self.assertEqual(self.verdict(f"Write to us in private: {each}"), "block", each)
        private.revoke(link, by=self.pete, at=NOW)
        self.assertEqual(self.verdict(f"Write to us in private: {url}"), "block")

    def test_a_listed_host_does_not_let_the_link_of_another_case_pass(self) -> None:
        contacts.add("northfield.example", "Our site", by=None, at=NOW)
        _, url = self.make()
        self.assertEqual(self.verdict(f"Write to us in private: {url}"), "pass")
        _, theirs = private.make(open_case(), base=BASE, by=self.pete, at=NOW)
        said = gatekeeping.verdict(self.case.mention, f"Write to us in private: {theirs}")
        self.assertEqual([each.rule for each in said.reasons], ["private-link"])
        self.assertEqual((said.word, said.worst.text), ("block", theirs.removesuffix("/")))


class AnswerTests(Private):
    def test_it_is_sealed_and_said_nowhere_else(self) -> None:
        answer = self.answered()
        kept = [bytes(answer.sealed), *CaseEvent.objects.values_list("detail"), *AuditEntry.objects.values()]
        for word in (SECRET, "555-0143", "Wilhelmina", "evenings"):
            self.assertNotIn(word, str(kept))
        self.assertNotIn("Wilhelmina", repr(TOLD))

    def test_each_reading_is_an_event_and_in_the_audit(self) -> None:
        answer = self.answered()
        for reader in (self.pete, carla()):
            self.assertEqual(private.read(answer, by=reader, at=NOW), TOLD)
        self.assertEqual(self.kinds()[-2:], ["read", "read"])
        self.assertEqual(AuditEntry.objects.filter(action="private_answer.read").count(), 2)
        answer.refresh_from_db()
        self.assertEqual(answer.first_read_by, self.pete)

    def test_a_link_takes_one_answer(self) -> None:
        link = self.answered().link
        self.assertFalse(private.take_in(link, Told("Again", "me"), at=NOW))
        self.assertEqual(PrivateAnswer.objects.count(), 1)

    def test_a_closed_case_opens_again_with_whoever_had_it(self) -> None:
        link, _ = self.make()
        cases.close(self.case, outcome="phone", note="", by=self.pete, at=NOW)
        private.take_in(link, TOLD, at=NOW)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, self.case.owner, self.case.outcome), ("reopened", self.pete, ""))
        self.assertTrue(CaseEvent.objects.get(kind="answer_in").detail["reopened"])

    @override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[])
    def test_without_the_key_nobody_reads_it(self) -> None:
        with override_settings(SECRET_KEY="the first"):
            answer = self.answered()
        with self.assertRaisesMessage(Refused, private.CANNOT_OPEN):
            private.read(answer, by=self.pete, at=NOW)
        with override_settings(SECRET_KEY_FALLBACKS=["the first"]):
            self.assertEqual(private.read(answer, by=self.pete, at=NOW), TOLD)

    def test_what_the_database_cannot_store_is_told_all_the_same(self) -> None:
        link, _ = self.make()
        private.take_in(link, Told("a\x00b \ud83d", "me"), at=NOW)
        answer = PrivateAnswer.objects.get()
        self.assertIn("\\u0000", private.read(answer, by=self.pete, at=NOW).happened)


@override_settings(MURMUR_ANSWER_DAYS=30)
class SweepTests(Private):
    def closed(self) -> PrivateAnswer:
        answer = self.answered()
        cases.close(self.case, outcome="phone", note="", by=self.pete, at=NOW)
        return answer

    def test_it_erases_after_the_days_that_are_set_and_says_so(self) -> None:
        answer = self.closed()
        self.assertEqual(private.sweep(NOW + 30 * DAY - timedelta(seconds=1)), 0)
        self.assertEqual(private.sweep(NOW + 30 * DAY), 1)
        answer.refresh_from_db()
        self.assertEqual((bytes(answer.sealed), answer.erased_at), (b"", NOW + 30 * DAY))
        self.assertEqual(self.kinds()[-1], "erased")
        with self.assertRaisesMessage(Refused, private.ERASED):
            private.read(answer, by=self.pete, at=NOW)
        self.assertEqual(private.sweep(NOW + 31 * DAY), 0)

    def test_an_open_case_keeps_it(self) -> None:
        self.closed()
        cases.reopen(self.case, by=self.pete, at=NOW)
        self.assertEqual(private.sweep(NOW + 300 * DAY), 0)
        self.assertTrue(PrivateAnswer.objects.get().sealed)
