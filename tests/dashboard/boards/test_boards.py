from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import defaults
from alerts.models import Case, Queue, Thanks
from dashboard import choices, pulse
from dashboard.boards import facilities
from dashboard.boards.ground import Ground
from dashboard.scenes import Sight, scenes
from dashboard.screen_class import ScreenClass
from dashboard.wall_filters import WallFilter
from hospital.models import FacilityName
from listening.models import Author, Mention, Source
from tests import base

NOW = base.NOW
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
ZONE = timezone.get_current_timezone


def opened(mention: Mention, **fields: Any) -> Case:
    queue = Queue.objects.get(slug="complaints")
    values = {"opened_at": NOW - HOUR, "due_at": NOW, "priority": 1, "facility": mention.facility}
    return Case.objects.create(mention=mention, queue=queue, **{**values, **fields})


def thanked(person: User, unit: str = "4 West", **fields: Any) -> Thanks:
    case = opened(base.mention(lane="praise", facility=fields.pop("facility", None)))
    decided = {"decided_by": person, "decided_at": NOW - HOUR, "state": "passed_on"}
    told = {"unit": unit, "words": "Kind and quick.", "facility": case.facility}
    return Thanks.objects.create(
        case=case, proposed_by=person, proposed_at=NOW, **{**told, **decided, **fields}
    )


class BoardTestCase(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.north = base.facility("Northfield North", "north", system="Northfield Health")
        self.west = base.facility("Northfield West", "west", system="Northfield Health")
        base.source(created_at=NOW)
        Source.objects.update(created_at=NOW - 20 * WEEK)

    def weekly(self, number: int, weeks: int = 8, **fields: Any) -> None:
        """So many in this very hour of the weeks before, whatever the clocks did."""
        for ago in range(1, weeks + 1):
            shown = NOW.astimezone(ZONE()).replace(tzinfo=None) - ago * WEEK
            for _ in range(number):
                base.mention(published_at=shown.replace(tzinfo=ZONE()) - HOUR / 2, **fields)

    def hour(self) -> pulse.Hour:
        return pulse.hour_of(Ground(None), NOW)


class HourTests(BoardTestCase):
    def test_it_stands_beside_the_same_hour_of_eight_weeks(self) -> None:
        self.weekly(3, facility=self.north)
        base.mention(published_at=NOW, facility=self.north)
        base.mention(published_at=NOW - 2 * HOUR)
        usual = self.hour().usual()
        self.assertEqual((usual.number, usual.weeks), (1, [3] * 8))

    def test_each_facility_has_its_own(self) -> None:
        self.weekly(2, facility=self.north)
        self.assertEqual(self.hour().usual([self.north.pk]).median, 2)
        self.assertEqual(self.hour().usual([self.west.pk]).median, 0)

    def test_a_week_in_which_nobody_listened_does_not_count(self) -> None:
        self.weekly(2)
        Source.objects.update(created_at=NOW - 3 * WEEK - HOUR)
        self.assertEqual(self.hour().usual().weeks, [2] * 3)

    def test_what_a_file_brought_counts_from_its_first_day(self) -> None:
        Source.objects.update(created_at=NOW)
        history = base.source("history", Source.IMPORT)
        self.weekly(2, weeks=5, source=history)
        self.assertEqual(self.hour().usual().weeks, [2] * 5)

    def test_what_is_restricted_or_gone_is_in_neither(self) -> None:
        self.weekly(2, lane="staff_voice")
        self.weekly(2, is_gone=True)
        usual = self.hour().usual()
        self.assertEqual((usual.number, usual.weeks), (0, [0] * 8))

    def test_the_line_has_a_point_for_each_five_minutes(self) -> None:
        for minutes in (1, 2, 58):
            base.mention(published_at=NOW - timedelta(minutes=minutes))
        told = pulse.last_hour(None, choices.offered(None), WallFilter(), NOW)
        self.assertEqual(told.slots, [1, *[0] * 10, 2])

    def test_one_post_on_a_calm_night_is_no_peak(self) -> None:
        heights = [float(point.partition(",")[2]) for point in pulse.line([0, 1, 0, 12]).split()]
        self.assertEqual(heights[3], 2)
        calm = [float(point.partition(",")[2]) for point in pulse.line([0, 1, 0]).split()]
        self.assertGreater(calm[1], 15)

    def test_many_walls_cost_one_count(self) -> None:
        self.hour()
        with self.assertNumQueries(0):
            self.hour()
        with self.assertNumQueries(3):
            pulse.hour_of(Ground(frozenset({self.north.pk})), NOW)


class FacilityTests(BoardTestCase):
    def tile(self, name: str = "North") -> facilities.Tile:
        return next(tile for tile in facilities.tiles(Ground(None), NOW) if tile.name == name)

    def post(self, **fields: Any) -> Mention:
        return base.mention(**{"facility": self.north, "level": "P3", **fields})

    def test_it_counts_what_is_open_unowned_and_unanswered(self) -> None:
        opened(self.post())
        opened(self.post(), owner=base.pete(), first_replied_at=NOW)
        opened(self.post(), state="closed", outcome="online", closed_at=NOW)
        opened(self.post(facility=self.west))
        tile = self.tile()
        self.assertEqual((tile.open.value, tile.unowned.value, tile.unanswered.value), (2, 1, 1))

    def test_the_oldest_unanswered_is_the_one_that_waits_longest(self) -> None:
        opened(self.post(), opened_at=NOW - 9 * HOUR, first_replied_at=NOW)
        opened(self.post(), opened_at=NOW - 5 * HOUR)
        opened(self.post(), opened_at=NOW - 2 * HOUR)
        self.assertEqual(self.tile().oldest_at, NOW - 5 * HOUR)

    def test_the_worst_is_what_was_read_or_what_a_person_said(self) -> None:
        opened(self.post(level="P2"))
        self.assertEqual(self.tile().word, "Watch")
        opened(self.post(level="P4"), severity_set=75, severity_set_by=base.pete())
        self.assertEqual(self.tile().word, "Urgent")
        self.assertEqual(self.tile("West").word, "Nothing open")

    def test_what_is_restricted_is_not_on_it(self) -> None:
        opened(self.post(lane="staff_voice"))
        Case.objects.create(
            mention=self.post(), queue=Queue.objects.get(slug="staff-voice"), facility=self.north,
            opened_at=NOW, due_at=NOW, priority=1,
        )  # fmt: skip
        self.assertEqual(self.tile().open.value, 0)

    def test_an_open_case_stays_on_it_when_its_post_is_gone(self) -> None:
        opened(self.post(is_gone=True))
        self.assertEqual(self.tile().open.value, 1)

    def test_a_viewer_sees_the_board_of_their_facility_alone(self) -> None:
        opened(self.post())
        FacilityName.objects.create(facility=self.north, kind="service", name="Maternity")
        self.client.force_login(base.wes(self.north))
        page = self.client.get(reverse("board")).content.decode()
        self.assertIn("Maternity", page)
        self.assertNotIn("West", page)
        self.assertNotIn("No facility named", page)

    def test_somebody_without_any_right_is_turned_away(self) -> None:
        self.client.force_login(base.mallory())
        for name in ("board", "board-topics", "charts", "mention-list", "praise-count"):
            self.assertEqual(self.client.get(reverse(name)).status_code, 403)


class SceneTests(BoardTestCase):
    def scene(self, name: str, screen_class: ScreenClass, facility_ids: frozenset[int] | None = None) -> Any:
        return scenes()[name].context(Sight(facility_ids, screen_class, NOW))

    def test_a_public_screen_counts_nothing_of_anybody_s_safety(self) -> None:
        for lane, level in (("emergency", "P0"), ("abuse", "P1"), ("civil_rights", "P1"), ("other", "P4")):
            opened(
                base.mention(facility=self.north, lane=lane, level=level, topics=["staff"], published_at=NOW)
            )
        north = self.scene("facilities", ScreenClass.PUBLIC)["tiles"][0]
        self.assertEqual((north.hour.value, north.open.value, north.worst), (1, 0, ""))
        self.assertEqual(self.scene("topics", ScreenClass.PUBLIC)["topics"][0].total.value, 1)
        north = self.scene("facilities", ScreenClass.STAFF)["tiles"][0]
        self.assertEqual((north.hour.value, north.open.value, north.word), (4, 4, "Emergency"))

    def test_praise_says_how_many_thanks_and_shows_the_newest(self) -> None:
        carla = base.carla()
        thanked(carla, "Rehab", facility=self.west)
        thanked(carla, facility=self.north)
        thanked(carla, "Long ago", decided_at=NOW - 2 * WEEK)
        thanked(carla, "Waits", state="proposed", decided_by=None, decided_at=None)
        told = self.scene("praise", ScreenClass.STAFF)["praise"]
        self.assertEqual((told.today, told.week), (2, 2))
        self.assertEqual({card.unit for card in told.cards}, {"Rehab", "4 West"})
        told = self.scene("praise", ScreenClass.STAFF, frozenset({self.west.pk}))["praise"]
        self.assertEqual([card.unit for card in told.cards], ["Rehab"])

    def test_until_thanks_are_passed_on_praise_quotes_what_was_heard(self) -> None:
        author = Author.objects.create(network="fake", external_id="7", handle="oakleaf7")
        kind = {"lane": "praise", "sentiment": "positive", "published_at": NOW - HOUR, "facility": self.north}
        for _ in range(2):
            base.mention("oakleaf7 here: " + "the nurses sang to us " * 9, author=author, **kind)
        base.mention("Lovely, but I fell", **{**kind, "lane": "safety"})
        for screen_class in ScreenClass:
            quotes = self.scene("praise", screen_class)["praise"].quotes
            said = [" ".join(piece.text for piece in quote.pieces) for quote in quotes]
            self.assertEqual(len(said), 1, screen_class)
            self.assertNotIn("oakleaf7", said[0])
            self.assertTrue(quotes[0].is_cut)
        thanked(base.carla())
        self.assertEqual(self.scene("praise", ScreenClass.STAFF)["praise"].quotes, ())

    def test_the_longest_bar_of_the_topics_has_the_whole_width(self) -> None:
        for topics in (["staff"], ["staff"], ["parking"], [], [], []):
            base.mention(topics=topics, published_at=NOW - HOUR)
        first, second = self.scene("topics", ScreenClass.STAFF)["topics"]
        self.assertEqual([sum(bar[2] for bar in each.bars) for each in (first, second)], [100, 50])

    def test_in_public_praise_names_nobody_and_is_short(self) -> None:
        thanked(base.carla(), "Named", first_name="Ana", words="Ana was kind.")
        thanked(base.carla(), words="one two three four five six seven eight nine ten eleven twelve thirteen")
        cards = self.scene("praise", ScreenClass.PUBLIC)["praise"].cards
        self.assertEqual([card.unit for card in cards], ["4 West"])
        self.assertTrue(cards[0].text.endswith("twelve …"))


class ThanksCountTests(BoardTestCase):
    def test_it_opens_as_many_thanks_as_it_says(self) -> None:
        for at in range(3):
            thanked(base.carla(), decided_at=timezone.now() - timedelta(days=10 * (at == 2)))
        self.client.force_login(base.carla())
        page = self.client.get(reverse("praise-count")).content.decode()
        self.assertIn("thanks passed on today: <b>2</b>", page)
        listed = self.client.get(f"{reverse('thanks-list')}?day=today").context["passed_on"]
        self.assertEqual(len(listed), 2)
        self.assertIn("<b>2</b>", self.client.get(reverse("wall")).content.decode())

    def test_somebody_who_sees_no_cases_reads_it_and_has_no_way_to_the_list(self) -> None:
        self.client.force_login(base.wes())
        page = self.client.get(reverse("praise-count")).content.decode()
        self.assertIn("<b>0</b>", page)
        self.assertNotIn("/thanks/?", page)
