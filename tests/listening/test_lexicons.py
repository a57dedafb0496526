from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import TestCase

from hospital.models import AuditEntry
from listening import lexicons, readers
from listening.lexicon_kinds import KINDS, MAX_LINES
from listening.models import LexiconInForce, LexiconVersion, Mention
from listening.reading.analysis import READER_VERSION, ToRead
from tests import base
from tests.base import NOW, ada
from tests.listening.polling import page, poll_once

HEALTH, TOPICS = KINDS["health"], KINDS["topics"]
ONE_MORE = "\n# One more line.\n"


def save(body: str = HEALTH.shipped + ONE_MORE, *, based_on: int = 0) -> LexiconVersion:
    return lexicons.save(HEALTH, body, based_on=based_on, note="A try", by=ada(), at=NOW)


class SaveTests(TestCase):
    def test_each_save_is_a_version_and_comes_into_force(self) -> None:
        first, second = save(), save(HEALTH.shipped + ONE_MORE * 2, based_on=1)
        self.assertEqual((first.number, second.number, lexicons.number_in_force(HEALTH)), (1, 2, 2))
        self.assertEqual(lexicons.number_in_force(TOPICS), 0)
        self.assertEqual(lexicons.body(HEALTH, 1), lexicons.tidy(HEALTH.shipped + ONE_MORE))

    def test_it_is_audited(self) -> None:
        save()
        entry = AuditEntry.objects.get()
        self.assertEqual((entry.action, entry.subject), ("lexicon.save", "lexicon health"))
        self.assertEqual(entry.detail, {"number": 1, "before": 0, "note": "A try"})

    def test_a_bad_body_is_refused_with_its_place(self) -> None:
        with self.assertRaisesRegex(ValidationError, "Line 2"):
            save("version = '1'\nnegations = = 3\n")
        self.assertFalse(LexiconVersion.objects.exists())

    def test_hostile_bodies_are_refused(self) -> None:
        for body in ("x\x00", "x = '\ud800'", "x = " + "[" * 100_000, "#\n" * (MAX_LINES + 1), "a" * 200_001):
            with self.subTest(repr(body[:10])), self.assertRaises(ValidationError):
                save(body)

    def test_of_two_editors_the_later_is_told(self) -> None:
        save()
        with self.assertRaisesRegex(ValidationError, "Version 1 by ada came into force meanwhile"):
            save(HEALTH.shipped + ONE_MORE * 3)
        self.assertEqual(lexicons.number_in_force(HEALTH), 1)

    def test_the_same_again_is_no_version(self) -> None:
        with self.assertRaisesRegex(ValidationError, "in force already"):
            save(HEALTH.shipped.replace("\n", "\r\n"))

    def test_a_version_is_never_altered(self) -> None:
        save()
        with self.assertRaises(DatabaseError), transaction.atomic():
            LexiconVersion.objects.update(body="other")


class GoBackTests(TestCase):
    def test_an_earlier_version_or_the_shipped_one_comes_into_force(self) -> None:
        save()
        save(HEALTH.shipped + ONE_MORE * 2, based_on=1)
        for number in (1, 0):
            lexicons.go_back(HEALTH, number, by=ada(), at=NOW)
            self.assertEqual(lexicons.number_in_force(HEALTH), number)
        self.assertEqual(AuditEntry.objects.filter(action="lexicon.go-back").count(), 2)

    def test_the_next_save_after_it_has_a_number_of_its_own(self) -> None:
        save()
        lexicons.go_back(HEALTH, 0, by=ada(), at=NOW)
        self.assertEqual(save(HEALTH.shipped + ONE_MORE * 2).number, 2)

    def test_one_in_force_or_unknown_is_refused(self) -> None:
        with self.assertRaises(ValidationError):
            lexicons.go_back(HEALTH, 0, by=None, at=NOW)
        with self.assertRaises(LexiconVersion.DoesNotExist):
            lexicons.go_back(HEALTH, 7, by=None, at=NOW)

    def test_one_that_no_longer_parses_is_refused(self) -> None:
        LexiconVersion.objects.create(kind="health", number=1, body="[", at=NOW)
        with self.assertRaises(ValidationError):
            lexicons.go_back(HEALTH, 1, by=None, at=NOW)


class ChangedLinesTests(TestCase):
    def test_it_shows_what_went_and_what_came(self) -> None:
        lines = lexicons.changed_lines("a\nb\nc\n", "a\nB\r\nc")
        self.assertEqual(lines, ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"])
        self.assertEqual(lexicons.changed_lines("a", "a\n"), [])


class ReaderTests(TestCase):
    def test_without_any_version_it_is_the_shipped_one(self) -> None:
        self.assertEqual(readers.current().version, READER_VERSION)

    def test_its_version_names_the_lists_in_force(self) -> None:
        save()
        lexicons.save(TOPICS, TOPICS.shipped + ONE_MORE, based_on=0, by=None, at=NOW)
        self.assertEqual(readers.current().version, f"{READER_VERSION}+h1t1")
        lexicons.go_back(HEALTH, 0, by=None, at=NOW)
        self.assertEqual(readers.current().version, f"{READER_VERSION}+t1")

    def test_it_reads_with_the_words_in_force(self) -> None:
        save(HEALTH.shipped + '\n[[group]]\nname = "test word"\nweight = -3.5\nany = "zorbly"\n')
        tone = readers.current().read(ToRead("All was zorbly, truly zorbly.")).tone
        self.assertEqual(tone.label, "negative")
        self.assertIn("test word", " ".join(tone.reasons))

    def test_the_next_poll_reads_with_it(self) -> None:
        base.watchlist("northfield")
        save()
        poll_once(page(base.post("Northfield kept us waiting.")))
        self.assertEqual(Mention.objects.get().reader_version, f"{READER_VERSION}+h1")

    def test_it_is_built_once_for_a_version_and_asked_for_in_one_query(self) -> None:
        save()
        kept = readers.current()
        with self.assertNumQueries(1):
            self.assertIs(readers.current(), kept)

    def test_a_body_that_no_longer_parses_gives_way_to_the_shipped_one(self) -> None:
        made = LexiconVersion.objects.create(kind="health", number=1, body="[", at=NOW)
        LexiconInForce.objects.create(kind="health", version=made)
        with self.assertLogs("listening.readers") as logs:
            found = [readers.in_force() for _ in range(3)][-1]
        self.assertEqual((found.reader.version, list(found.broken)), (READER_VERSION, ["health"]))
        self.assertEqual(len(logs.output), 1)

    def test_it_knows_the_topics_in_force(self) -> None:
        added = '\n[zorbling]\nlabel = "Zorbling"\nwords = ["zorbly"]\n'
        lexicons.save(TOPICS, TOPICS.shipped + added, based_on=0, by=None, at=NOW)
        self.assertIn("zorbling", readers.topics())
        self.assertEqual(readers.current().read(ToRead("It was zorbly.")).topics, ("zorbling",))
