"""What may happen once, asked for twice at the same moment on real connections."""

from datetime import date
from functools import partial
from typing import Any

from django.test import TransactionTestCase

from alerts import changes, defaults, private, thanks
from alerts.changes import Entry
from alerts.models import CaseEvent, PrivateAnswer, Thanks
from alerts.private import Told
from tests.alerts.desk import open_case
from tests.alerts.test_races import at_once
from tests.alerts.test_thanks import praised
from tests.base import NOW, carla, pete

TIMES = 8


class OnceTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.pete, self.carla = pete(), carla()

    def test_a_private_link_takes_one_answer(self) -> None:
        case = open_case()
        for _ in range(TIMES):
            link, _ = private.make(case, base="https://care.example", by=self.pete, at=NOW)
            calls = [partial(private.take_in, link, Told(text, "me"), at=NOW) for text in ("one", "two")]
            self.assertCountEqual(at_once(*calls), [True, False])
        self.assertEqual(PrivateAnswer.objects.count(), TIMES)

    def test_an_answer_and_the_link_taken_back_do_not_both_happen(self) -> None:
        case = open_case()
        for _ in range(TIMES):
            link, _ = private.make(case, base="https://care.example", by=self.pete, at=NOW)
            taken, refused = at_once(
                partial(private.take_in, link, Told("one", "me"), at=NOW),
                partial(private.revoke, link, by=self.carla, at=NOW),
            )
            self.assertEqual(bool(taken), refused is not None)

    def test_a_change_is_made_once_and_each_author_told_once(self) -> None:
        case, today = open_case(), date(2026, 3, 2)
        for number in range(TIMES):
            change = changes.create(Entry(f"Chairs {number}"), by=self.pete, at=NOW)
            link = changes.link(case, change, by=self.pete, at=NOW)
            made: dict[str, Any] = {
                "done": "There are more chairs.",
                "made_on": today,
                "at": NOW,
                "today": today,
            }
            at_once(*(partial(changes.make, change, by=by, **made) for by in (self.pete, self.carla)))
            told = partial(changes.settle, link, how="phone", note="", at=NOW)
            at_once(partial(told, by=self.pete), partial(told, by=self.carla))
        for kind in ("tell", "told"):
            self.assertEqual(CaseEvent.objects.filter(case=case, kind=kind).count(), TIMES)

    def test_a_card_is_passed_on_once(self) -> None:
        said: dict[str, Any] = {"unit": "4 West", "first_name": "", "words": "So kind.", "at": NOW}
        for _ in range(TIMES):
            case = praised()
            at_once(*(partial(thanks.pass_on, case, by=by, **said) for by in (self.pete, self.carla)))
            self.assertEqual(Thanks.objects.filter(case=case).count(), 1)
