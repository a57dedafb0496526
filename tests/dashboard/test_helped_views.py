from datetime import timedelta
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from alerts import cases, defaults, helped
from alerts.models import Case
from listening.models import Author
from tests.alerts.desk import open_case
from tests.base import facility, mallory, pete


class HelpedTests(TestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.now, self.pete = timezone.now(), pete()
        self.client.force_login(self.pete)

    def closed(self, outcome: str = "phone", days: int = 1, **fields: Any) -> Case:
        case = open_case(**fields)
        at = self.now - timedelta(days=days)
        cases.close(case, outcome=outcome, note="Posted by hand.", by=self.pete, at=at)
        return case

    def test_the_number_opens_the_cases_behind_it(self) -> None:
        author = Author.objects.create(network="fake", external_id="1", handle="quiet")
        first, again = self.closed(author=author, days=3), self.closed(author=author)
        others = [self.closed("none"), self.closed("online", lane="praise"), self.closed(days=9)]
        page = self.client.get(reverse("helped-list"), {"days": "7"}).content.decode()
        self.assertIn('<b class="num">1</b> person in the last 7 days', page)
        self.assertIn(f"/cases/{again.pk}/?", page)
        for case in (first, *others):
            self.assertNotIn(f"/cases/{case.pk}/?", page)
        self.assertContains(self.client.get(reverse("helped-list")), '<b class="num">2</b> people')

    def test_only_within_reach(self) -> None:
        here = self.closed(facility=facility())
        self.closed(facility=facility("Northfield North Hospital", "north"))
        since, until = self.now - timedelta(days=7), self.now
        found = helped.within(frozenset({facility().pk}), since=since, until=until)
        self.assertEqual([each.case_id for each in found], [here.pk])

    def test_a_case_opened_again_does_not_count(self) -> None:
        cases.reopen(self.closed(), by=self.pete, at=self.now)
        self.assertContains(self.client.get(reverse("helped-list")), '<b class="num">0</b> people')

    def test_mallory_is_turned_away(self) -> None:
        self.client.force_login(mallory())
        self.assertEqual(self.client.get(reverse("helped-list")).status_code, 403)
