from datetime import timedelta
from itertools import pairwise

from django.test import SimpleTestCase, TestCase

from alerts import chips, defaults, signs, tilelinks, triage
from alerts.models import OperationsLink
from alerts.tilelinks import Step
from hospital import operations
from hospital.models import Service, ServiceStatus
from hospital.operations import Tile
from listening.models import Mention, Story
from tests.alerts.operations.nouns import ago, ed_wait, north, portal, post, say
from tests.base import NOW, facility, pete

WAIT = Service(kind="ed_wait", slug="wait", name="ED wait", unit="minutes", limit=120)
LONG = "Six hours and counting in your ER, been here since noon"


def seen(*reports: tuple[float, float]) -> Tile:
    """Minutes ago, and what was said."""
    return Tile(
        WAIT,
        NOW,
        tuple(
            ServiceStatus(at=ago(minutes), received_at=ago(minutes), value=value, feed="test")
            for minutes, value in reports
        ),
    )


class StepTests(SimpleTestCase):
    def test_trouble_begins_a_link_and_being_fine_for_a_while_ends_it(self) -> None:
        cases = [
            (seen((1, 250)), False, Step.BEGIN),
            (seen((1, 250)), True, Step.KEEP),
            (seen((1, 90)), False, Step.NONE),
            (seen((9, 250), (1, 90)), True, Step.KEEP),
            (seen((9, 250), (6, 90), (1, 95)), True, Step.END),
            (seen((30, 250)), True, Step.KEEP),
            (seen((60 * 7, 250)), True, Step.END),
            (seen(), False, Step.NONE),
            (seen(), True, Step.END),
        ]
        for tile, is_linked, step in cases:
            with self.subTest(step=step, number=len(tile.history)):
                self.assertEqual(tilelinks.step(tile, is_linked=is_linked), step)

    def test_a_story_stands_out_where_it_is_clearly_one(self) -> None:
        for counts, story in (
            ({}, None),
            ({7: 2}, None),
            ({7: 3}, 7),
            ({7: 6, 8: 3}, 7),
            ({7: 6, 8: 4}, None),
        ):
            with self.subTest(counts):
                self.assertEqual(tilelinks.standing_out(counts), story)

    def test_a_chip_says_it_once(self) -> None:
        for kind, said, words in (
            ("ED wait", "4 h 10", "ED wait 4 h 10"),
            ("Portal", "Down", "Portal down"),
            ("Divert", "On divert", "On divert"),
        ):
            self.assertEqual(chips.words(kind, said), words)


class Linking(TestCase):
    def setUp(self) -> None:
        self.north = north()
        self.wait = ed_wait(self.north)

    def look(self, minutes: float = 0) -> int:
        now = NOW + timedelta(minutes=minutes)
        signs.read(now)
        return tilelinks.sweep(operations.tiles(None, now), now)

    def busy(self) -> OperationsLink:
        say(self.wait, 30, 90)
        say(self.wait, 10, 250)
        self.look()
        return OperationsLink.objects.get()


class SweepTests(Linking):
    def test_it_begins_once_and_says_what_the_tile_says(self) -> None:
        link = self.busy()
        self.assertEqual((link.began_at, link.said, link.holds_until), (ago(10), "4 h 10", ago(-5)))
        self.assertEqual(self.look(), 0)
        self.assertEqual(OperationsLink.objects.count(), 1)

    def test_it_outlasts_a_flicker_and_ends_when_the_tile_has_settled(self) -> None:
        link = self.busy()
        say(self.wait, 1, 100)
        self.look()
        self.assertTrue(OperationsLink.objects.standing().exists())
        self.assertFalse(OperationsLink.objects.get().is_so(NOW))
        self.look(minutes=5)
        link.refresh_from_db()
        self.assertEqual(link.ended_at, NOW + timedelta(minutes=5))

    def test_a_service_that_is_put_away_is_let_go(self) -> None:
        self.busy()
        Service.objects.update(is_active=False)
        self.look()
        self.assertFalse(OperationsLink.objects.standing().exists())

    def test_it_names_the_story_that_stands_out(self) -> None:
        told = [post(LONG, facility=self.north) for _ in range(3)]
        story = Story.objects.create(headline=told[0], first_seen_at=NOW, last_seen_at=NOW, count=3)
        Mention.objects.update(story=story)
        self.assertEqual(self.busy().story, story)

    def test_it_rings_only_when_something_changed(self) -> None:
        self.busy()
        self.assertEqual(self.look(), 0)
        post(LONG, facility=self.north)
        self.assertEqual(self.look(), 1)


class MentionTests(Linking):
    def explained(self, link: OperationsLink, *reach: int) -> list[Mention]:
        return list(tilelinks.mentions_of(link, frozenset(reach) if reach else None))

    def test_it_explains_what_its_facility_hears_of_it_since_shortly_before(self) -> None:
        before = post(LONG, minutes_ago=69, facility=self.north)
        late = post(LONG, minutes_ago=40, facility=self.north)
        post(LONG, minutes_ago=71, facility=self.north)
        post(LONG, facility=facility())
        post(LONG)
        post("portal down", facility=self.north)
        post(f"{LONG} and so kind", facility=self.north, lane="praise")
        post(LONG, facility=self.north, lane="staff_voice")
        post(LONG, facility=self.north, is_gone=True)
        self.assertCountEqual(self.explained(self.busy()), [before, late])

    def test_one_that_comes_late_or_moves_is_counted_rightly(self) -> None:
        link = self.busy()
        came = post(LONG, minutes_ago=50, facility=facility())
        self.look()
        self.assertEqual(self.explained(link), [])
        Mention.objects.update(facility=self.north)
        self.assertEqual(self.explained(link), [came])

    def test_what_serves_all_is_counted_within_ones_reach(self) -> None:
        service = portal()
        say(service, 3, words="Down", is_trouble=True)
        here = post("portal down", facility=self.north)
        post("portal down?", facility=facility())
        post("is the portal down")
        self.look()
        [link] = OperationsLink.objects.all()
        self.assertEqual(len(self.explained(link)), 3)
        self.assertEqual(self.explained(link, self.north.pk), [here])
        join = tilelinks.joins(frozenset({self.north.pk}))[service.pk]
        self.assertEqual((join.mentions, join.unowned), (1, 0))

    def test_the_unowned_are_open_cases_that_nobody_has(self) -> None:
        defaults.ensure()
        for _ in range(3):
            post(LONG, facility=self.north, lane="complaint", severity=45)
        link = self.busy()
        cases = [triage.route(pk, NOW) for pk in Mention.objects.values_list("pk", flat=True)]
        self.assertEqual(tilelinks.unowned(link, None), 3)
        case = cases[0]
        assert case is not None
        case.owner = pete()
        case.state = "claimed"
        case.save()
        self.assertEqual(tilelinks.unowned(link, None), 2)


class ChipTests(Linking):
    def chips(self, *mentions: Mention, minutes: float = 0) -> dict[int, str]:
        found = chips.for_mentions(mentions, NOW + timedelta(minutes=minutes))
        return {pk: chip.text for pk, chip in found.items()}

    def test_a_card_says_what_its_tile_says_now(self) -> None:
        one, other = post(LONG, facility=self.north), post("parking was easy", facility=self.north)
        self.busy()
        with self.assertNumQueries(3):
            self.assertEqual(self.chips(one, other), {one.pk: "ED wait 4 h 10 now"})

    def test_one_that_came_this_moment_is_read_at_once(self) -> None:
        self.busy()
        self.assertEqual(self.chips(post(LONG, facility=self.north)).popitem()[1], "ED wait 4 h 10 now")

    def test_its_card_is_shown_anew_when_the_tile_says_otherwise(self) -> None:
        one = post(LONG, facility=self.north)
        self.busy()
        numbers: list[int] = []
        for value in (250, 255, 255, 90):
            say(self.wait, -len(numbers), value)
            self.look(minutes=len(numbers))
            numbers.append(Mention.objects.get(pk=one.pk).wall_seq)
        self.assertEqual([later > earlier for earlier, later in pairwise(numbers)], [True, False, True])

    def test_not_of_a_tile_that_is_fine_or_stale(self) -> None:
        one = post(LONG, facility=self.north)
        self.busy()
        self.assertEqual(self.chips(one, minutes=6), {})
        say(self.wait, 1, 100)
        self.look()
        with self.assertNumQueries(1):
            self.assertEqual(self.chips(one), {})

    def test_a_card_has_one_exactly_where_its_mention_is_counted(self) -> None:
        for fields in (
            {"facility": facility()},
            {"minutes_ago": 90, "facility": self.north},
            {"lane": "praise", "facility": self.north},
        ):
            post(LONG, **fields)
        self.busy()
        self.assertEqual(self.chips(*Mention.objects.all()), {})
