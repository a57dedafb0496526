from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.test import TestCase

from hospital.models import AuditEntry
from listening import erasing, rechecking
from listening.models import Author, Match, Mention, MentionVersion, Poll, Quarantined, Recheck, Source
from listening.sources.contract import Connection, Fate, RateLimited, SourceError, Unavailable
from listening.sources.sheet import Terms
from tests import base
from tests.listening.polling import HandClock, page, poll_once

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class AskedSource(base.FakeSource):
    """One that can be asked about single posts."""

    most_rechecked = 100
    sheet = replace(base.FakeSource.sheet, terms=Terms(recheck_every=DAY))

    def __init__(self, *told: dict[str, Fate] | SourceError) -> None:
        super().__init__()
        self.told = list(told)
        self.asked: list[list[str]] = []

    def recheck(self, connection: Connection, ids: Sequence[str]) -> dict[str, Fate]:
        self.asked.append(list(ids))
        told = self.told.pop(0)
        if isinstance(told, SourceError):
            raise told
        return told


class Rechecking(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        self.clock = HandClock()
        poll_once(page(*[base.post(f"Northfield {number}", f"p{number}") for number in range(3)]))
        self.source = Source.objects.get()
        Mention.objects.update(recheck_at=base.NOW)
        self.clock.move(seconds=1)

    def recheck(self, *told: dict[str, Fate] | SourceError) -> AskedSource:
        fake = AskedSource(*told)
        with base.registered(fake):
            while fake.told:
                rechecking.recheck(self.source.pk, clock=self.clock)
                self.clock.move(minutes=20)
        return fake

    def mention(self, number: int) -> Mention:
        return Mention.objects.get(external_id=f"p{number}")


class RecheckTests(Rechecking):
    def test_what_was_deleted_there_is_erased_and_the_rest_stays(self) -> None:
        gone, protected, live = Fate("deleted"), Fate("protected"), Fate("live")
        self.recheck({"p0": gone, "p1": protected, "p2": live})
        self.assertEqual([self.mention(n).text for n in range(3)], ["", "", "Northfield 2"])
        self.assertEqual([self.mention(n).is_gone for n in range(3)], [True, True, False])
        self.assertEqual(Match.objects.count(), 3)
        done = Recheck.objects.get()
        self.assertEqual((done.asked, done.erased, done.edited, done.unknown), (3, 2, 0, 0))

    def test_it_goes_on_after_a_day_and_asks_only_what_is_due(self) -> None:
        live = {f"p{number}": Fate("live") for number in range(3)}
        fake = self.recheck(live)
        self.assertEqual(self.mention(0).recheck_at, base.NOW + DAY + timedelta(seconds=1))
        with base.registered(fake):
            self.assertEqual(rechecking.due(base.NOW + DAY), [])
            self.assertEqual(rechecking.due(base.NOW + DAY + MINUTE), [self.source.pk])
        self.assertEqual(sorted(fake.asked[0]), ["p0", "p1", "p2"])

    def test_an_edit_becomes_a_version_and_the_account_holds(self) -> None:
        edited = base.post("Northfield, edited", "p0", edited_at=base.NOW)
        self.recheck({"p0": Fate("edited", edited)})
        self.assertEqual(self.mention(0).text, "Northfield, edited")
        self.assertEqual(MentionVersion.objects.get().text, "Northfield 0")
        poll = Poll.objects.order_by("-pk")[0]
        self.assertEqual((poll.state, poll.fetched, poll.updated), ("done", 1, 1))
        self.source.refresh_from_db()
        self.assertEqual(self.source.cursor, {"seen": 3})

    def test_what_is_left_out_of_the_answer_stays(self) -> None:
        self.recheck({"strange": Fate("deleted")})
        self.assertEqual(Mention.objects.filter(is_gone=False).count(), 3)
        self.assertEqual(Recheck.objects.get().unknown, 3)

    def test_a_network_that_is_away_is_asked_later_and_less_often(self) -> None:
        self.recheck(Unavailable("Away."), Unavailable("Away."))
        waits = [each.next_at - each.at for each in Recheck.objects.all()]
        self.assertEqual(waits, [10 * MINUTE, 5 * MINUTE])
        self.assertEqual(Mention.objects.filter(is_gone=False, recheck_at__lte=self.clock.now).count(), 3)

    def test_a_limit_is_obeyed(self) -> None:
        self.recheck(RateLimited("Wait.", retry_at=base.NOW + DAY))
        self.assertEqual(Recheck.objects.get().next_at, base.NOW + DAY)
        with base.registered(AskedSource()):
            self.assertEqual(rechecking.due(base.NOW + DAY / 2), [])
            self.assertIsNone(rechecking.recheck(self.source.pk, clock=self.clock))

    def test_many_gone_at_once_are_looked_up_twice(self) -> None:
        for number in range(3, 30):
            base.mention(
                f"Northfield {number}", external_id=f"p{number}", recheck_at=base.NOW, source=self.source
            )
        gone = {f"p{number}": Fate("deleted") for number in range(30)}
        self.recheck(gone)
        self.assertEqual(Mention.objects.filter(is_gone=True).count(), 0)
        self.assertIn("once more", Recheck.objects.get().error)
        self.recheck(gone)
        self.assertEqual(Mention.objects.filter(is_gone=True).count(), 30)

    def test_a_source_that_cannot_be_asked_is_never_due(self) -> None:
        with base.registered(base.FakeSource()):
            self.assertEqual(rechecking.due(base.NOW), [])


class EraseTests(Rechecking):
    def setUp(self) -> None:
        super().setUp()
        self.posts = [base.post("Northfield again", "q1", author_id="7", author_handle="rosa_wren")]
        poll_once(page(*self.posts))
        self.author = Author.objects.get(handle="rosa_wren")

    def test_the_words_go_and_the_counts_stay(self) -> None:
        Quarantined.objects.create(
            source=self.source,
            external_id="q1",
            raw="Northfield again",
            reason="odd",
            first_at=base.NOW,
            last_at=base.NOW,
        )
        number = Mention.objects.count()
        self.assertEqual(erasing.erase(self.author, reason="Asked by mail.", by=base.ada(), at=base.NOW), 1)
        self.author.refresh_from_db()
        self.assertEqual((self.author.handle, self.author.name), ("", ""))
        erased = Mention.objects.get(external_id="q1")
        self.assertEqual((erased.text, erased.url, erased.author_id, erased.is_gone), ("", "", None, True))
        self.assertEqual((Mention.objects.count(), Quarantined.objects.count()), (number, 0))
        entry = AuditEntry.objects.get(action="author.erase")
        self.assertEqual(entry.detail, {"reason": "Asked by mail.", "mentions": 1})
        self.assertNotIn("rosa", str([entry.subject, entry.detail]))

    def test_the_same_post_does_not_come_back(self) -> None:
        erasing.erase(self.author, reason="Asked.", by=base.ada(), at=base.NOW)
        poll = poll_once(page(*self.posts))
        self.assertEqual((poll.unchanged, poll.updated), (1, 0))
        self.assertEqual(Mention.objects.get(external_id="q1").text, "")

    def test_they_are_found_however_the_handle_is_written(self) -> None:
        for written in ("rosa_wren", "@Rosa_Wren", " u/rosa_wren "):
            self.assertEqual(erasing.found("fake", written), [self.author])
        self.assertEqual(erasing.found("fake", ""), [])
        Mention.objects.filter(author=self.author).update(lane="staff_voice", author=None)
        self.assertEqual(erasing.found("fake", "rosa_wren"), [])
        self.assertEqual(erasing.found("other", "rosa_wren"), [])
