from datetime import timedelta
from typing import Any
from unittest import mock

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from listening import sampling, tasks
from listening.models import Label, Mention, SampleItem
from tests import base

READ = reverse("sample-read")


class SampleTestCase(TestCase):
    def setUp(self) -> None:
        self.now = timezone.now()
        self.carla = base.carla()
        self.client.force_login(self.carla)

    def draw(self, number: int = 3) -> None:
        for each in range(number):
            base.mention(
                f"Words of post {each}.",
                sentiment="positive",
                score=0.61,
                published_at=sampling.week_of(self.now) - timedelta(hours=1 + each),
                reasons=["tone: 'lovely' 2.8"],
            )
        sampling.draw_due(self.now)

    def page(self, query: str = "") -> str:
        return self.client.get(READ + query).content.decode()

    def item(self) -> SampleItem:
        item = sampling.next_for(self.carla, self.now, facility_ids=None)
        assert item
        return item

    def answer(self, item: SampleItem, value: str) -> Any:
        return self.client.post(reverse("sample-answer", args=[item.pk]), {"value": value})


class ReadTests(SampleTestCase):
    def test_it_is_read_blind(self) -> None:
        self.draw()
        page = self.page()
        self.assertIn("Words of post", page)
        self.assertNotIn("0.61", page)
        self.assertNotIn("lovely", page)
        self.assertNotIn('data-severity="praise"', page)

    def test_it_is_worked_by_keys(self) -> None:
        self.draw()
        page = self.page()
        for key in "0123":
            self.assertIn(f'data-key="{key}"', page)

    def test_the_readers_answer_comes_afterwards_with_its_reasons(self) -> None:
        self.draw()
        page = self.client.get(self.answer(self.item(), "neutral")["Location"]).content.decode()
        self.assertIn("you said <b>neutral</b>, the reader <b>positive 0.61</b>", page)
        self.assertIn("lovely", page)
        self.assertIn('<b class="num">1</b> of <b class="num">3</b> done', page)

    def test_nobody_is_shown_another_persons_answer(self) -> None:
        self.draw()
        where = self.answer(self.item(), "neutral")["Location"]
        self.client.force_login(base.pete())
        self.assertNotIn("you said", self.client.get(where).content.decode())

    def test_a_wild_address_shows_no_answer(self) -> None:
        self.draw()
        for asked in ("x", "9" * 30, "-1", "٣"):
            self.assertEqual(self.client.get(READ, {"after": asked}).status_code, 200)

    def test_what_cannot_be_told_counts_as_done(self) -> None:
        self.draw()
        self.client.post(reverse("sample-skip", args=[self.item().pk]))
        page = self.page()
        self.assertIn('<b class="num">1</b> could not be told', page)

    def test_an_answer_can_be_taken_back(self) -> None:
        self.draw()
        item = self.item()
        self.answer(item, "neutral")
        self.client.post(reverse("sample-again", args=[item.pk]))
        self.assertEqual(self.item(), item)
        self.assertEqual(Mention.objects.get(pk=item.mention_id).sentiment, "positive")

    def test_only_by_whoever_gave_it(self) -> None:
        self.draw()
        item = self.item()
        self.answer(item, "neutral")
        self.client.force_login(base.pete())
        self.client.post(reverse("sample-again", args=[item.pk]))
        self.assertEqual(Label.objects.sampled().count(), 1)

    def test_whoever_comes_second_is_told(self) -> None:
        self.draw()
        item = self.item()
        self.answer(item, "neutral")
        self.client.force_login(base.pete())
        self.assertRedirects(self.answer(item, "positive"), READ, fetch_redirect_response=False)
        self.assertIn("Somebody else has read this one meanwhile.", self.page())

    def test_words_about_self_harm_open_only_when_asked(self) -> None:
        self.draw(1)
        Mention.objects.update(lane="self_harm")
        page = self.page()
        self.assertLess(page.index("Show its text"), page.index("Words of post"))

    def test_what_was_removed_is_waited_for_by_nobody(self) -> None:
        self.draw(2)
        Mention.objects.filter(pk=self.item().mention_id).update(is_gone=True)
        self.answer(self.item(), "neutral")
        page = self.page()
        self.assertIn("All read. Thank you.", page)

    def test_what_others_hold_is_said(self) -> None:
        self.draw(1)
        sampling.next_for(base.pete(), timezone.now(), facility_ids=None)
        self.assertIn("with somebody else now", self.page())

    def test_with_none_drawn_it_says_when_one_will_be(self) -> None:
        self.assertIn("Nothing to read yet.", self.page())

    def test_mallory_is_turned_away(self) -> None:
        self.draw(1)
        item = self.item()
        self.client.force_login(base.mallory())
        self.assertEqual(self.client.get(READ).status_code, 403)
        self.assertEqual(self.answer(item, "neutral").status_code, 403)


class DrawTests(SampleTestCase):
    def test_it_draws_from_what_has_come(self) -> None:
        for hour in range(30):
            base.mention(published_at=self.now - timedelta(minutes=1 + hour))
        self.client.post(reverse("sample-draw"))
        self.assertEqual(SampleItem.objects.count(), 30)

    def test_it_says_why_not(self) -> None:
        self.client.post(reverse("sample-draw"))
        self.assertIn("Only 0 posts came", self.page())

    def test_the_task_may_run_twice(self) -> None:
        base.mention(published_at=sampling.week_of(self.now) - timedelta(hours=1))
        with mock.patch("listening.tasks.timezone.now", return_value=self.now):
            tasks.draw_sample()
            tasks.draw_sample()
        self.assertEqual(SampleItem.objects.count(), 1)
