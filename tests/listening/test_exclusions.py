from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test import TestCase

from alerts import defaults, triage
from alerts.models import Case
from config import verifying
from hospital import audit
from hospital.models import AuditEntry
from listening import exclusions, labels, stories
from listening.models import Author, Exclusion, Mention
from listening.signals import mentions_stored
from tests.base import NOW, ada, facility, mention, post, watchlist
from tests.listening.polling import counts, page, poll_once

BAND = "Now playing: North Ed and the Northfield Rooms"
LATER = NOW + timedelta(days=31)


def author(name: str = "lark") -> Author:
    return Author.objects.get_or_create(network="fake", external_id=name, defaults={"handle": name})[0]


def put(**fields: Any) -> Exclusion:
    fields.setdefault("kind", "phrase")
    if fields["kind"] == "phrase":
        fields.setdefault("expression", '"now playing"')
    made = exclusions.put(Exclusion(by=ada(), at=NOW, **fields), at=NOW)
    exclusions.carry_out(made.pk, NOW)
    return made


def put_author(**fields: Any) -> Exclusion:
    until = NOW + timedelta(days=30)
    return put(kind="author", author=author(), reason="Sells tickets", until=until, **fields)


def shown() -> list[str]:
    return list(Mention.objects.for_wall().order_by("pk").values_list("text", flat=True))


class PutTests(TestCase):
    def test_it_leaves_out_what_it_covers_and_no_more(self) -> None:
        mention(BAND)
        mention("A nurse at Northfield")
        put()
        self.assertEqual(shown(), ["A nurse at Northfield"])
        self.assertEqual(Mention.objects.excluded().count(), 1)

    def test_open_walls_hear_of_it(self) -> None:
        made = mention(BAND)
        heard: list[list[int]] = []

        def listen(ids: list[int], **_: Any) -> None:
            heard.append(ids)

        mentions_stored.connect(listen)
        self.addCleanup(mentions_stored.disconnect, listen)
        with self.captureOnCommitCallbacks(execute=True):
            put()
        self.assertEqual(heard, [[made.pk]])
        self.assertGreater(Mention.objects.get().wall_seq, made.wall_seq)

    def test_each_kind_marks_what_is_stored(self) -> None:
        kinds: tuple[dict[str, Any], ...] = (
            {"kind": "site", "site": "band.example"},
            {"kind": "context", "expression": '("northfield") AND "playing"'},
            {"kind": "author", "author": author(), "reason": "Sells tickets", "until": LATER},
        )
        for fields in kinds:
            with self.subTest(fields["kind"]), transaction.atomic():
                mention(BAND, url="https://www.band.example/1", author=author())
                mention("A nurse at Northfield")
                put(**fields)
                self.assertEqual(Mention.objects.excluded().count(), 1)
                transaction.set_rollback(True)

    def test_what_speaks_of_danger_is_marked_and_shown(self) -> None:
        made = mention(BAND, lane="emergency", level="P0")
        put()
        made.refresh_from_db()
        self.assertIsNotNone(made.exclusion_id)
        self.assertEqual((shown(), made.is_excluded), ([BAND], False))

    def test_a_voice_of_staff_is_not_even_marked(self) -> None:
        mention(BAND, lane="staff_voice")
        put()
        self.assertIsNone(Mention.objects.get().exclusion_id)

    def test_one_facility_is_left_out_without_the_others(self) -> None:
        north = facility("Northfield North Hospital", "north")
        mention(BAND, facility=north)
        mention(BAND, facility=facility())
        put(facility=north)
        self.assertEqual(Mention.objects.excluded().get().facility, north)

    def test_it_is_in_the_audit_without_anybody_named(self) -> None:
        made = put_author()
        entry = AuditEntry.objects.latest("pk")
        self.assertEqual((entry.action, entry.subject), ("exclusion.put", f"exclusion {made.pk}"))
        self.assertEqual((entry.detail["reason"], entry.actor), ("Sells tickets", ada()))
        self.assertNotIn("lark", str(entry.detail))
        self.assertEqual(list(audit.broken_links()), [])

    def test_no_person_is_left_out_without_a_reason_and_an_end(self) -> None:
        for fields in ({"until": LATER}, {"reason": "Sells tickets"}):
            with self.subTest(fields), self.assertRaises(IntegrityError), transaction.atomic():
                put(kind="author", author=author(), **fields)

    def test_thousands_are_marked_in_chunks(self) -> None:
        for _ in range(7):
            mention(BAND)
        before = exclusions.CHUNK
        exclusions.CHUNK = 3
        self.addCleanup(setattr, exclusions, "CHUNK", before)
        put()
        self.assertEqual((Mention.objects.excluded().count(), shown()), (7, []))

    def test_a_worker_that_has_no_more_time_goes_on_where_it_stopped(self) -> None:
        for _ in range(5):
            mention(BAND)
        before, exclusions.CHUNK = exclusions.CHUNK, 2
        self.addCleanup(setattr, exclusions, "CHUNK", before)
        made = exclusions.put(Exclusion(kind="phrase", expression='"now playing"', by=ada(), at=NOW), at=NOW)
        self.assertEqual(exclusions.apply(made.pk, NOW, timer=iter([0.0, 99.0]).__next__), 2)
        made.refresh_from_db()
        self.assertIsNone(made.applied_at)
        self.assertEqual(Mention.objects.filter(pk__gte=made.looked_below).count(), 2)
        self.assertEqual(exclusions.sweep(NOW), [made.pk])
        self.assertFalse(exclusions.carry_out(made.pk, NOW), "nothing is owed any more")
        self.assertEqual(Mention.objects.excluded().count(), 5)

    def test_the_headline_of_a_story_moves_on(self) -> None:
        first, second = mention(BAND), mention("A nurse at Northfield")
        story = stories.of(first)
        Mention.objects.filter(pk=second.pk).update(story=story)
        type(story).objects.filter(pk=story.pk).update(headline=first, count=2)
        put()
        story.refresh_from_db()
        self.assertEqual(story.headline_id, second.pk)


class CountTests(TestCase):
    def test_the_hour_is_still_counted_by_one_index(self) -> None:
        for hours in range(1, 151):
            mention(published_at=NOW - timedelta(hours=hours))
        counted = Mention.objects.within(None).published_since(NOW).there().values("sentiment", "facility_id")
        with connection.cursor() as cursor:
            # Among so few rows another index may cost as little.
            cursor.execute("DROP INDEX mention_tone_newest")
            cursor.execute("ANALYZE listening_mention")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = counted.annotate(number=Count("pk")).order_by().explain()
        self.assertIn("using mention_hour", plan)


class HeldTests(TestCase):
    def setUp(self) -> None:
        watchlist("northfield")

    def test_what_comes_later_is_left_out_as_it_is_stored(self) -> None:
        put()
        done = poll_once(page(post(BAND), post("A nurse at Northfield")))
        self.assertEqual(counts(done), (2, 0, 0, 0, 0))
        self.assertEqual(shown(), ["A nurse at Northfield"])
        self.assertTrue(all(finding.is_kept for finding in verifying.findings(NOW)))

    def test_an_author_is_known_by_the_networks_id(self) -> None:
        put_author()
        poll_once(page(post(author_id="lark", author_handle="renamed"), post(author_id="wren")))
        self.assertEqual(Mention.objects.excluded().count(), 1)

    def test_danger_is_shown_all_the_same(self) -> None:
        put()
        poll_once(page(post("Now playing doctor: my father collapsed at Northfield, he is not breathing")))
        made = Mention.objects.get()
        self.assertIsNotNone(made.exclusion_id)
        self.assertEqual(Mention.objects.excluded().count(), 0)

    def test_an_edit_decides_anew(self) -> None:
        put()
        poll_once(page(post(BAND, "one")))
        poll_once(page(post("Northfield, the hospital this time", "one")))
        self.assertEqual(shown(), ["Northfield, the hospital this time"])

    def test_one_that_can_no_longer_be_read_stops_no_poll(self) -> None:
        Exclusion.objects.create(kind="phrase", expression="((", by=ada(), at=NOW, applied_at=NOW)
        put()
        with self.assertLogs("listening.exclusions", "WARNING") as logged:
            poll_once(page(post(BAND), post("Northfield")))
        self.assertEqual((shown(), len(logged.output)), (["Northfield"], 1))

    def test_one_that_has_run_out_holds_nothing(self) -> None:
        made = put_author()
        Exclusion.objects.filter(pk=made.pk).update(until=NOW)
        poll_once(page(post(author_id="lark")))
        self.assertEqual(Mention.objects.excluded().count(), 0)


class PressedTests(TestCase):
    def test_what_a_person_finds_pressing_comes_back(self) -> None:
        made = mention(BAND)
        put()
        labels.put(made.pk, "level", "P1", by=ada(), at=NOW)
        self.assertEqual(shown(), [BAND])
        self.assertTrue(Mention.objects.unrouted().exists())


class UndoTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()

    def ended(self, made: Exclusion) -> None:
        self.assertTrue(exclusions.undo(made, by=ada(), at=NOW))
        exclusions.carry_out(made.pk, NOW)

    def test_everything_comes_back_with_a_new_number(self) -> None:
        made = mention(BAND)
        kept = put()
        hidden = Mention.objects.get(pk=made.pk).wall_seq
        self.ended(kept)
        back = Mention.objects.get(pk=made.pk)
        self.assertEqual((shown(), back.exclusion_id), ([BAND], None))
        self.assertGreater(back.wall_seq, hidden)
        self.assertEqual(AuditEntry.objects.latest("pk").action, "exclusion.undo")

    def test_twice_is_once(self) -> None:
        kept = put()
        self.ended(kept)
        self.assertFalse(exclusions.undo(kept, by=ada(), at=NOW))

    def test_what_another_one_covers_stays_out(self) -> None:
        mention(BAND)
        kept = put()
        other = put(expression='"north ed and the"')
        self.ended(kept)
        self.assertEqual(Mention.objects.excluded().get().exclusion_id, other.pk)

    def test_the_rules_are_asked_about_what_they_never_saw(self) -> None:
        kept = put()
        complaint = {"lane": "complaint", "severity": 45}
        late = mention(BAND, exclusion=kept, collected_at=NOW + timedelta(seconds=1), **complaint)
        self.assertIsNone(triage.route(late.pk, NOW + timedelta(seconds=2)))
        self.assertFalse(Case.objects.exists())
        self.ended(kept)
        self.assertIsNotNone(triage.route(late.pk, NOW))

    def test_history_opens_no_case_when_it_comes_back(self) -> None:
        kept = put()
        mention(BAND, exclusion=kept, collected_at=NOW, processed_at=NOW, lane="complaint")
        self.ended(kept)
        self.assertFalse(Mention.objects.unrouted().exists())


class QueueTests(TestCase):
    def test_a_case_nobody_took_up_leaves_the_queues_and_comes_back(self) -> None:
        defaults.ensure()
        made = mention(BAND, lane="complaint", severity=45)
        triage.route(made.pk, NOW)
        kept = put()
        self.assertFalse(Case.objects.within(None).there().exists())
        Case.objects.update(owner=ada(), state=Case.State.CLAIMED)
        self.assertTrue(Case.objects.within(None).there().exists(), "somebody is at work on it")
        Case.objects.update(owner=None, state=Case.State.NEW)
        exclusions.undo(kept, by=ada(), at=NOW)
        exclusions.carry_out(kept.pk, NOW)
        self.assertTrue(Case.objects.within(None).there().exists())


class SweepTests(TestCase):
    def test_what_has_run_out_ends_and_is_rung_for(self) -> None:
        mention(BAND, author=author())
        made = put_author()
        self.assertEqual(exclusions.sweep(NOW), [])
        self.assertEqual(exclusions.sweep(LATER), [made.pk])
        self.assertFalse(self.is_verified(LATER + timedelta(minutes=6)))
        exclusions.carry_out(made.pk, LATER)
        self.assertTrue(self.is_verified(LATER + timedelta(minutes=6)))
        self.assertEqual((shown(), exclusions.sweep(LATER)), ([BAND], []))
        self.assertEqual(AuditEntry.objects.latest("pk").action, "exclusion.run-out")

    def is_verified(self, now: datetime) -> bool:
        return next(each.is_kept for each in verifying.findings(now) if each.name == "exclusions")

    def test_what_was_interrupted_is_rung_for_again(self) -> None:
        made = exclusions.put(Exclusion(kind="phrase", expression="playing", by=ada(), at=NOW), at=NOW)
        self.assertEqual(exclusions.sweep(NOW), [made.pk])
