from collections.abc import Callable
from datetime import timedelta
from itertools import count

from django.db import connection
from django.test import TestCase

from listening import previewing, walking
from listening.models import Author, Mention
from listening.models.mention import STAFF_VOICE
from listening.previewing import SAMPLES, Change, Lines, Preview, Told
from listening.queries.parsing import parse
from tests.base import NOW, facility, mention, source

TYPED = ("northfield wait*",)


def tried(
    *typed: str, in_force: tuple[str, ...] = (), told: Told | None = None, **options: object
) -> Preview:
    options = {"facility_ids": None, "now": NOW, **options}
    return previewing.preview(Lines(typed, in_force), told=told, **options)  # type: ignore[arg-type]


def hurried() -> Callable[[], float]:
    """A clock by which there is time for one step."""
    ticks = count(0, 1.0)
    return lambda: next(ticks)


class PreviewTests(TestCase):
    def test_it_counts_by_day_what_is_kept_added_and_removed(self) -> None:
        mention("Northfield waits", published_at=NOW - timedelta(hours=1))
        mention("Northfield waited, rude", published_at=NOW - timedelta(days=1))
        mention("Northfield was rude", published_at=NOW - timedelta(days=1))
        mention("Nothing of it", published_at=NOW)
        told = tried(*TYPED, in_force=("northfield rude",)).told
        self.assertEqual(sorted(told.days.values()), [[0, 1, 0], [1, 0, 1]])
        self.assertEqual([told.total(change) for change in previewing.CHANGES], [1, 1, 1])
        self.assertTrue(told.is_over)

    def test_what_is_older_than_the_chart_is_counted_apart(self) -> None:
        for days in (29, 31, 500):
            mention("Northfield waits", published_at=NOW - timedelta(days=days))
        told = tried(*TYPED).told
        self.assertEqual((told.total("added"), told.older), (1, [0, 2, 0]))

    def test_it_counts_what_each_line_found(self) -> None:
        mention("Northfield waits, rude")
        mention("Northfield rude")
        self.assertEqual(tried("wait*", "rude", "larkmoor").told.by_line, {"0": 1, "1": 2})

    def test_what_may_not_be_seen_is_not_counted(self) -> None:
        here, there = facility(), facility("Northfield North", "north")
        for fields in ({"lane": STAFF_VOICE, "facility": here}, {"is_gone": True, "facility": here}):
            mention("Northfield waits", **fields)
        for place in (here, there, None):
            mention("Northfield waits", facility=place)
        found = tried(*TYPED, facility_ids=frozenset({here.pk}))
        self.assertEqual((found.told.total("added"), found.stored, found.looked), (1, 1, 1))
        self.assertEqual(tried(*TYPED).stored, 3)

    def test_fields_are_asked_of_what_is_stored(self) -> None:
        ann = Author.objects.create(network="fake", external_id="1", handle="ann")
        mention("Northfield", author=ann, rating=1, facility=facility(), source=source("clinic-reviews"))
        mention("Northfield")
        lines = ("author:ann", "stars:<=2", "facility:main", "source:clinic-reviews", "source:fake")
        self.assertEqual(tried(*lines).told.by_line, {"0": 1, "1": 1, "2": 1, "3": 1, "4": 2})

    def test_samples_are_a_draw_and_old_ones_come_last(self) -> None:
        for day in range(60):
            mention("Northfield waits", published_at=NOW - timedelta(days=day))
        drawn = tried(*TYPED).told.drawn()
        recent = Mention.objects.filter(pk__in=drawn, published_at__gt=NOW - timedelta(days=30))
        self.assertEqual((len(drawn), recent.count()), (SAMPLES, SAMPLES))
        self.assertNotEqual(set(drawn), set(Mention.objects.newest_first().values_list("pk", flat=True)[:20]))

    def test_a_paid_network_is_counted_as_widely_as_it_is_asked(self) -> None:
        for text, place in (("North ed waits", "x"), ("North ed, rude", "x"), ("North ed waits", "reddit")):
            mention(text, source=source(place, kind=place))
        lines = Lines(("north ed wait*",), (), {"x": (parse("north ed"),)})
        told = previewing.preview(lines, facility_ids=None, now=NOW).told
        self.assertEqual((told.paid, told.total("added")), ({"x": 2}, 2))


class GoingOnTests(TestCase):
    def setUp(self) -> None:
        for day in (0, 1, 3, 10, 40, 200):
            for _ in range(3):
                mention("Northfield waits", published_at=NOW - timedelta(days=day))

    def test_a_walk_cut_short_says_how_far_it_came(self) -> None:
        found = tried(*TYPED, timer=hurried())
        self.assertFalse(found.told.is_over)
        self.assertEqual((found.looked, found.stored), (6, 18))
        self.assertLess(found.days_looked_at, previewing.DAYS)

    def test_going_on_finds_each_mention_once(self) -> None:
        found, rounds = tried(*TYPED, timer=hurried()), 1
        while not found.told.is_over:
            found, rounds = tried(*TYPED, told=found.told, timer=hurried()), rounds + 1
        self.assertGreater(rounds, 3)
        self.assertEqual(found.told, tried(*TYPED).told)
        self.assertEqual((found.told.total("added"), found.told.older), (12, [0, 6, 0]))

    def test_what_was_told_is_shown_again_without_a_walk(self) -> None:
        told = tried(*TYPED, timer=hurried()).told
        again = tried(*TYPED, told=told, goes_on=False)
        self.assertEqual((again.looked, again.told.is_over), (6, False))

    def test_mentions_of_one_moment_are_parted_by_their_ids(self) -> None:
        walking_at_once, walking.AT_ONCE = walking.AT_ONCE, 2
        self.addCleanup(setattr, walking, "AT_ONCE", walking_at_once)
        found = tried(*TYPED, timer=hurried())
        while not found.told.is_over:
            found = tried(*TYPED, told=found.told, timer=hurried())
        self.assertEqual((found.told.total("added"), found.told.older), (12, [0, 6, 0]))


class BehindTests(TestCase):
    def behind(self, *changes: Change, days: int = 30) -> previewing.Behind:
        lines = Lines(("northfield wait*",), ("northfield rude",))
        since = NOW - timedelta(days=days)
        return previewing.behind(lines, changes=changes, since=since, until=NOW, facility_ids=None)

    def test_it_opens_what_is_behind_a_number(self) -> None:
        added = mention("Northfield waits", published_at=NOW - timedelta(hours=2))
        removed = mention("Northfield rude", published_at=NOW - timedelta(hours=1))
        mention("Northfield waits", published_at=NOW - timedelta(days=9))
        mention("Northfield waits", published_at=NOW)  # the first moment that is not asked for
        found = self.behind("added", "removed", days=2)
        self.assertEqual(found.shown, [(removed.pk, "removed"), (added.pk, "added")])
        self.assertTrue(found.is_whole)
        self.assertEqual(self.behind("removed").shown, [(removed.pk, "removed")])

    def test_it_says_when_there_are_more(self) -> None:
        for _ in range(previewing.SHOWN + 1):
            mention("Northfield waits", published_at=NOW - timedelta(hours=2))
        found = self.behind("added")
        self.assertEqual((len(found.shown), found.is_whole), (previewing.SHOWN, False))


class SpansTests(TestCase):
    def test_it_marks_what_the_typed_lines_find_and_else_what_was_found(self) -> None:
        kept, removed = mention("At Northfield we wait"), mention("Northfield rude")
        lines = Lines(("northfield wait*",), ("northfield rude",))
        self.assertEqual(
            previewing.spans(lines, [kept.pk, removed.pk]),
            {kept.pk: [(3, 13), (17, 21)], removed.pk: [(0, 10), (11, 15)]},
        )


class WordsForTests(TestCase):
    def test_the_index_is_asked_only_for_words_that_few_mentions_hold(self) -> None:
        for number in range(200):
            mention("Northfield" + (" larkmoor" if number % 50 == 0 else ""))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE listening_mention")
        self.assertEqual(walking.words_for([parse("larkmoor")]), "'larkmoor'")
        for line in ("northfield", "stars:1", "larkmoor OR northfield"):
            self.assertEqual(walking.words_for([parse(line)]), "", line)
