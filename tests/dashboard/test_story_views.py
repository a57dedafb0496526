import re
from datetime import timedelta
from html import unescape
from unittest import mock

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from dashboard import arrivals, stream
from dashboard.faces import Face
from dashboard.looking import Looker
from dashboard.stories import Told
from dashboard.wall_filters import WallFilter
from listening import stories
from listening.models import Mention, Story, StoryMove
from tests import base
from tests.base import NOW, post
from tests.listening.polling import HandClock, page, poll_once

HOUR = timedelta(hours=1)
TEXT = "Northfield lost the biopsy samples of eleven people and told them in a form letter on Friday evening"
OTHER = "Eleven biopsies gone at Northfield, a form letter on a Friday evening and nobody to ask until Monday"


class StoryTests(TestCase):
    def setUp(self) -> None:
        base.watchlist("northfield")
        for hours, text in ((6, TEXT), (5, TEXT), (2, TEXT), (1, OTHER)):
            poll_once(page(post(text, str(hours), published_at=NOW - hours * HOUR)))
        self.story = Story.objects.get()
        self.client.force_login(base.carla())

    def page(self, name: str = "story-detail", pk: int | None = None) -> str:
        return self.client.get(reverse(name, args=[pk or self.story.pk])).content.decode()

    def press(self, verb: str, status: int = 302, pk: int | None = None, **values: object) -> str:
        address = reverse(f"story-{verb}", args=[pk or self.story.pk])
        answer = self.client.post(address, {name: str(value) for name, value in values.items()})
        self.assertEqual(answer.status_code, status)
        return answer.content.decode()

    def mention(self, external_id: int) -> Mention:
        return Mention.objects.get(external_id=str(external_id))

    def test_it_tells_how_it_grew_and_who_said_it(self) -> None:
        shown = self.page()
        for words in ("3 alike", "Mon 2 Mar 01:00", "Mon 2 Mar 05:00", "As a table", "biopsy", "first"):
            self.assertIn(words, shown)
        self.assertEqual(shown.count('width="0.8"'), 3)
        self.assertIn("Eleven biopsies", shown)

    def test_every_hour_has_its_bar(self) -> None:
        bars = Told(self.story, Mention.objects.all()).bars
        self.assertEqual([bar.count for bar in bars], [1, 1, 0, 0, 1])
        self.assertEqual({bar.height for bar in bars}, {0, 40})

    def test_a_long_story_has_wider_bars(self) -> None:
        Mention.objects.filter(external_id="2").update(published_at=NOW + 200 * HOUR)
        told = Told(self.story, Mention.objects.all())
        self.assertEqual((told.hours, sum(bar.count for bar in told.bars)), (3, 3))
        self.assertLessEqual(len(told.bars), 72)

    def test_another_is_put_to_it_and_that_undone(self) -> None:
        self.press("merge", mention=self.mention(1).pk)
        self.assertIn("4 alike", self.page())
        self.press("undo", move=StoryMove.objects.get().pk)
        self.assertIn("3 alike", self.page())
        self.assertIn("undone by", self.page())

    def test_one_is_taken_out_and_that_undone(self) -> None:
        self.press("split", mention=self.mention(5).pk)
        self.assertIn("2 alike", self.page())
        own = self.mention(5).story_id
        self.press("undo", pk=own, move=StoryMove.objects.get().pk)
        self.assertIn("3 alike", self.page())

    def test_a_refused_change_says_why(self) -> None:
        self.press("split", mention=self.mention(5).pk)
        self.press("split", mention=self.mention(6).pk)
        self.assertIn("It stands alone already.", self.press("split", 409, mention=self.mention(2).pk))

    def test_what_is_not_there_is_not_found(self) -> None:
        for values in ({"mention": 10**30}, {"mention": ""}, {"mention": self.mention(1).pk}):
            self.press("split", 404, **values)
        self.press("undo", 404, move=1)

    def test_who_only_sees_may_not_change(self) -> None:
        self.client.force_login(base.wes())
        self.assertNotIn("Take out", self.page())
        self.press("split", 403, mention=self.mention(5).pk)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(base.mallory())
        self.assertEqual(self.client.get(reverse("story-detail", args=[self.story.pk])).status_code, 403)

    def test_a_text_that_is_withheld_is_withheld_here(self) -> None:
        Mention.objects.filter(external_id="6").update(lane="self_harm")
        self.assertIn("Its text opens only on its own page", self.page())

    def test_from_a_mention_one_finds_what_belongs_with_it(self) -> None:
        self.assertIn("Find what belongs with it", self.page("mention-detail", self.mention(1).pk))
        address = reverse("mention-story", args=[self.mention(1).pk])
        shown = self.client.post(address, follow=True).content.decode()
        self.assertIn("one of 3", shown)
        self.assertIn("Put together", shown)


class ReachTests(TestCase):
    """A story of a facility, one of its mentions without any; and people of that and another facility."""

    def setUp(self) -> None:
        self.north, self.west = (base.facility(f"Northfield {name}", name) for name in ("north", "west"))
        for place in (self.north, None):
            base.mention("The lift is broken", facility=place)
        first, second = Mention.objects.order_by("pk")
        self.story = stories.of(first)
        stories.merge(self.story, stories.of(second), by=base.carla(), at=NOW)

    def test_each_sees_only_what_they_may(self) -> None:
        address = reverse("story-detail", args=[self.story.pk])
        for who, place, words in ((base.pete, self.north, "1 alike"), (base.priya, None, "2 alike")):
            self.client.force_login(who(place))
            self.assertIn(words, self.client.get(address).content.decode())
        self.client.force_login(base.wes(self.west))
        self.assertEqual(self.client.get(address).status_code, 404)


class FoldTests(TestCase):
    """What says the same stands on the wall once, where the newest of it would."""

    def setUp(self) -> None:
        base.watchlist("northfield")
        self.client.force_login(base.carla())

    def tell(self, *minutes: int, text: str = TEXT) -> None:
        for minute in minutes:
            poll_once(page(post(text, published_at=NOW + timedelta(minutes=minute))))

    def shown(self, address: str = "") -> list[int]:
        page = self.client.get(address or reverse("wall")).content.decode()
        return [int(found) for found in re.findall(r'<article[^>]* id="mention-(\d+)"', page)]

    def test_the_first_counts_for_all(self) -> None:
        self.tell(0, 1, 2)
        page = self.client.get(reverse("wall")).content.decode()
        self.assertEqual(self.shown(), [Mention.objects.earliest("pk").pk])
        self.assertEqual((page.count("3 alike"), page.count("one of a story")), (1, 0))

    def test_it_stands_where_the_newest_would(self) -> None:
        self.tell(0)
        self.tell(1, text=OTHER)
        self.tell(2)
        first, other, _ = Mention.objects.order_by("pk").values_list("pk", flat=True)
        self.assertEqual(self.shown(), [first, other])

    def test_the_ages_of_a_column_are_in_its_order(self) -> None:
        self.tell(-9)
        self.tell(-5, text=OTHER)
        self.tell(-1)
        page = self.client.get(reverse("wall")).content.decode()
        said = re.findall(r"Open, ([a-z ]+?) ?</span><time[^>]* datetime=\"([^\"]+)", page)
        self.assertEqual([words for words, _ in said], ["last said", "posted"])
        self.assertEqual([at for _, at in said], sorted((at for _, at in said), reverse=True))

    def test_none_is_told_again_on_an_older_page(self) -> None:
        self.tell(0, 1)
        self.tell(2, text=OTHER)
        self.tell(3)
        first, _, other, _ = Mention.objects.order_by("pk").values_list("pk", flat=True)
        with mock.patch("dashboard.wall_views.ON_DESK", 1), mock.patch("dashboard.wall_views.OLDER", 1):
            self.assertEqual(self.shown(), [first])
            older = re.search(
                r'href="(/wall/older/[^"]+)"', self.client.get(reverse("wall")).content.decode()
            )
            assert older
            self.assertEqual(self.shown(unescape(older[1])), [other])

    def test_one_of_another_level_keeps_its_card(self) -> None:
        self.tell(0, 1)
        last = Mention.objects.latest("pk")
        Mention.objects.filter(pk=last.pk).update(level="P1")
        self.assertEqual(len(self.shown()), 2)

    def test_where_the_first_is_out_of_sight_each_stands_for_itself(self) -> None:
        self.tell(0, 1, 2)
        first, *others = Mention.objects.order_by("pk")
        elsewhere = base.source("elsewhere")
        Mention.objects.filter(pk=first.pk).update(source=elsewhere)
        address = f"{reverse('wall')}?source={others[0].source.slug}"
        self.assertEqual(self.shown(address), [others[1].pk, others[0].pk])

    def test_behind_a_number_each_stands_for_itself(self) -> None:
        now = timezone.now()
        for _ in range(2):
            poll_once(page(post(TEXT, published_at=now)), clock=HandClock(now))
        self.assertEqual(len(self.shown(f"{reverse('wall')}?within=hour")), 2)

    def test_the_storys_card_is_rendered_once_for_all_that_it_tells(self) -> None:
        self.tell(0, 1, 2, 3)
        with mock.patch("dashboard.cards.rendered", return_value="<article>") as rendered:
            arrivals.after(0, limit=9)
        # Of its own and as the one for all, once for desks and once for big screens.
        self.assertEqual(rendered.call_count, 2)

    def test_what_its_story_tells_is_rendered_for_who_asks_for_each_and_asks_nothing(self) -> None:
        self.tell(0, 1)
        Mention.objects.update(level="P1", set_by_people=["level"], title="Lost")
        (told,) = (each for each in arrivals.after(0, limit=9) if each.told_by)
        with self.assertNumQueries(0):
            found = {face: told.shown[face].decode() for face in told.shown}
        self.assertEqual({*found}, {*Face})
        self.assertIn(f'id="mention-{told.pk}"', found[Face.DESK])

    def test_a_storys_card_goes_out_once_where_it_stands_last(self) -> None:
        self.tell(0, 1, 2)
        found = arrivals.after(0, limit=9)
        for items in (found, [each for each in found if each.told_by]):
            sent = stream.sent([*items], Looker(None)).decode()
            self.assertEqual((sent.count("event: mention"), sent.count("event: drop")), (1, 2))
            self.assertGreater(sent.index("event: mention"), sent.rindex("event: drop"))
            self.assertIn(f"event: mention\nid: {items[-1].seq}\n", sent)

    def test_an_open_wall_is_told_by_the_storys_card(self) -> None:
        self.tell(0, 1)
        first, second = Mention.objects.order_by("pk")
        told = {each.seq: each for each in arrivals.after(0, limit=9)}[second.wall_seq]
        everything = Looker(None)
        sent = told.frame_for(everything, NOW)
        assert sent
        self.assertIn(f'id="mention-{first.pk}"', sent.decode())
        self.assertIn("2 alike", sent.decode())
        self.assertIn(f"event: drop\nid: {second.wall_seq}\n", sent.decode())
        elsewhere = Looker(None, wanted=WallFilter(source=base.source("elsewhere")))
        alone = told.frame_for(elsewhere, NOW)
        self.assertEqual(alone, told.drop)
