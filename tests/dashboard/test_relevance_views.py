from django.test import TestCase
from django.urls import reverse

from hospital.models import Role
from listening import relevance
from listening.models import Match, Query, RelevanceItem
from tests.base import NOW, ada, facility, mallory, mention, person, watchlist


class PrecisionTests(TestCase):
    def setUp(self) -> None:
        self.main = facility()
        self.watchlist = watchlist("northfield", facility=self.main)
        for number in range(12):
            made = mention(f"Northfield <b> {number}", facility=self.main)
            Match.objects.create(mention=made, query=Query.objects.get(), spans=[[0, 10]])
        self.client.force_login(ada())
        self.address = reverse("watchlist-precision", args=[self.watchlist.pk])

    def draw(self) -> None:
        self.client.post(reverse("watchlist-precision-draw", args=[self.watchlist.pk]))

    def answer(self, value: str) -> None:
        item = RelevanceItem.objects.waiting().first()
        assert item
        self.client.post(reverse("relevance-answer", args=[item.pk]), {"value": value})

    def test_it_begins_with_a_button(self) -> None:
        self.assertContains(self.client.get(self.address), "Draw 20")
        self.draw()
        page = self.client.get(self.address)
        self.assertContains(page, '<b class="num">0</b> of <b class="num">12</b> judged')
        self.assertContains(page, "<mark>Northfield</mark> &lt;b&gt;")
        self.assertContains(page, 'data-key="y"')

    def test_the_save_button_says_that_it_finds_noise(self) -> None:
        self.draw()
        for number in range(12):
            self.answer("no" if number < 6 else "yes")
        page = self.client.get(self.address)
        self.assertContains(page, "All 12 are judged")
        self.assertContains(page, "50 %")
        edit = self.client.get(reverse("watchlist-edit", args=[self.watchlist.pk]))
        self.assertContains(edit, "Save: precision is 50 %, under 80 %")

    def test_an_answer_can_be_taken_back(self) -> None:
        self.draw()
        self.answer("no")
        item = RelevanceItem.objects.get(verdict="no")
        self.client.post(reverse("relevance-again", args=[item.pk]))
        self.assertFalse(RelevanceItem.objects.exclude(verdict="").exists())

    def test_it_holds_no_post_out_of_reach(self) -> None:
        north = facility("Northfield North Hospital", "north")
        made = mention("Northfield elsewhere", facility=north)
        Match.objects.create(mention=made, query=Query.objects.get(), spans=[])
        relevance.draw(self.watchlist, NOW, by=None)
        self.client.force_login(person("hana", Role.ADMIN, self.main))
        self.assertContains(self.client.get(self.address), 'of <b class="num">12</b> judged')
        item = RelevanceItem.objects.get(mention=made)
        self.assertEqual(self.client.post(reverse("relevance-answer", args=[item.pk])).status_code, 404)

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(self.address).status_code, 403)
