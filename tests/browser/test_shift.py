"""The desk by keyboard alone."""

import os
from datetime import timedelta
from statistics import median

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import defaults
from alerts.models import Case
from dashboard import keys
from hospital.models import Habits
from tests.alerts.desk import ANSWER, open_case
from tests.base import ada, carla, pete, source
from tests.browser.rig import shared
from tests.browser.shift import MEASURE, Shift, p95
from tests.timing import limit

pytestmark = pytest.mark.walk

MOST_PRESSES, MOST_MS = 12, 100
BESIDE_OTHERS_MS = 1_000
"""In the suite four processes share two processors; the day in the drills has them alone, and the bar."""

OF_A_DAY = 500


@pytest.mark.browser
class Desk(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.web, self.browser = shared.web(), shared.browser()

    def page(self, person: User, address: str) -> Page:
        client = Client()
        client.force_login(person)
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
        context.add_init_script(MEASURE)
        page = context.new_page()
        page.goto(self.web.url + address)
        return page

    def work(self, count: int) -> Shift:
        """Two of three are answered, every third is closed."""
        answerable = {"source": source("reddit", kind="reddit"), "network": "reddit"}
        for number in range(count):
            text = f"Waited {number} hours and nobody said why."
            open_case(text=text, severity=90 - number % 60, **answerable)
        shift = Shift(self.page(pete(), "/cases/"))
        shift.press("j", "o")
        expect(shift.page.locator(".row-link[aria-current]")).to_have_count(1)
        for number in range(count - 1):
            took = shift.close("Said to all of them at once.") if number % 3 == 2 else shift.answer(ANSWER)
            self.assertLessEqual(took, MOST_PRESSES)
            if number % 20 == 19:
                print(f"{number + 1} cases, {told(shift)}", flush=True)
        return shift


class ShiftTests(Desk):
    def test_a_few_cases_with_few_keys_and_no_waiting(self) -> None:
        shift = self.work(7)
        self.assertEqual(Case.objects.filter(state="awaiting").count(), 4)
        self.assertEqual(Case.objects.filter(state="closed").count(), 2)
        self.assertGreater(len(shift.took), 15)
        self.assertLessEqual(median(shift.took), limit(MOST_MS, beside_others=BESIDE_OTHERS_MS))

    def test_nothing_fires_while_typing_and_escape_leaves(self) -> None:
        case = open_case()
        page = self.page(pete(), f"/cases/{case.pk}/")
        page.keyboard.press("c")
        expect(page.locator("#text")).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.type("jkoucawrnpe1234t?/.gzshmvfx")
        expect(page.locator("#text")).to_have_value("jkoucawrnpe1234t?/.gzshmvfx")
        expect(page.locator("dialog:modal")).to_have_count(0)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("c")
        page.keyboard.press("Escape")
        for key in ("Control+e", "Alt+a", "Meta+n"):
            page.keyboard.press(key)
        expect(page.locator(".close[open], .tools [open]")).to_have_count(0)
        case.refresh_from_db()
        self.assertEqual(case.owner, pete())

    def test_the_page_of_keys_tells_every_key_and_what_it_can_do_now(self) -> None:
        page = self.page(pete(), f"/cases/{open_case().pk}/")
        pressed = page.eval_on_selector_all("[data-key]", "all => all.map(one => one.dataset.key)")
        told = page.eval_on_selector_all("#keys [data-for]", "all => all.map(one => one.dataset.for)")
        self.assertLessEqual(set(pressed), set(told))
        self.assertEqual(told, [each.key for each in keys.on(keys.DESK) if each.control])
        page.keyboard.press("?")
        expect(page.locator('#keys [data-for="c"]')).not_to_have_attribute("inert", "")
        expect(page.locator('#keys [data-for="h"]')).to_have_attribute("inert", "")

    def test_keys_of_ones_own_or_none_at_all(self) -> None:
        case = open_case()
        habits = Habits.objects.create(user=pete(), own_keys={"c": "b"})
        page = self.page(pete(), f"/cases/{case.pk}/")
        expect(page.locator(".resting kbd").first).to_have_text("b")
        page.keyboard.press("c")
        page.keyboard.press("b")
        expect(page.locator("#text")).to_be_visible()
        habits.keys_off = True
        habits.save()
        page.reload()
        for key in ("b", "e", "?", "1"):
            page.keyboard.press(key)
        expect(page.locator(".close[open], dialog:modal")).to_have_count(0)

    def test_shift_held_shows_the_keys_and_goes_again(self) -> None:
        page = self.page(pete(), f"/cases/{open_case().pk}/")
        page.keyboard.down("Shift")
        expect(page.locator("body[data-hints]")).to_have_count(1)
        page.keyboard.up("Shift")
        expect(page.locator("body[data-hints]")).to_have_count(0)


class SelectionTests(Desk):
    def test_many_are_taken_put_off_and_undone_by_keys(self) -> None:
        for _ in range(6):
            open_case()
        page = self.page(pete(), "/cases/")
        for key in ("j", "x", "Shift+J", "Shift+J", "c"):
            page.keyboard.press(key)
        expect(page.locator(".did")).to_contain_text("3 claimed.")
        page.keyboard.press("z")
        expect(page.locator(".did")).to_contain_text("3 put back as before.")
        self.assertFalse(Case.objects.filter(owner__isnull=False).exists())

    def test_no_row_moves_while_fifty_come_and_others_change(self) -> None:
        cases = [open_case(severity=40 + number) for number in range(8)]
        page = self.page(pete(), "/cases/")
        for key in ("j", "j", "j", "x"):
            page.keyboard.press(key)
        look = (
            "[document.activeElement.id, ...[...document.querySelectorAll('.row-link')].map(one => one.id)]"
        )
        before = page.evaluate(look)
        for _ in range(50):
            open_case(severity=99)
        later = timezone.now() + timedelta(seconds=2)
        Case.objects.exclude(pk__in=[case.pk for case in cases]).update(opened_at=later)
        Case.objects.filter(pk=cases[0].pk).update(priority=199)
        Case.objects.filter(pk=cases[1].pk).update(snoozed_until=later + timedelta(hours=1))
        page.evaluate("htmx.trigger(document.body, 'cases-changed')")
        expect(page.locator(".list-new")).to_contain_text("50")
        self.assertEqual(page.evaluate(look), before)
        expect(page.locator(f"#row-{cases[1].pk}")).to_contain_text("Put off until")
        expect(page.locator("[name=case]:checked")).to_have_count(1)
        page.keyboard.press("j")
        self.assertEqual(page.evaluate("document.activeElement.id"), before[4])

    def test_a_key_on_a_row_that_is_not_open_opens_it_first(self) -> None:
        first, second = open_case(severity=80), open_case(severity=20)
        page = self.page(pete(), f"/cases/{first.pk}/")
        page.keyboard.press("j")
        page.keyboard.press("c")
        expect(page.locator(f"#row-{second.pk}[aria-current]")).to_have_count(1)
        self.assertFalse(Case.objects.filter(owner__isnull=False).exists())


class ColleagueTests(Desk):
    def test_assign_note_snooze_and_go_by_keys(self) -> None:
        carla()
        first, second, _ = [open_case(severity=severity) for severity in (80, 60, 40)]
        page = self.page(pete(), f"/cases/{first.pk}/")
        page.keyboard.press("n")
        page.keyboard.type("Asked the ward.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#history")).to_contain_text("pete noted: Asked the ward.")
        page.keyboard.press("a")
        page.keyboard.type("carla")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#history")).to_contain_text("pete gave it to carla")
        page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page.locator(f"#row-{second.pk}[aria-current]")).to_have_count(1)
        page.keyboard.press("s")
        for key in ("Tab", "Tab", "Tab", "Tab", "Tab"):
            if page.evaluate("document.activeElement.tagName") == "BUTTON":
                break
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        expect(page.locator(f"#row-{second.pk}")).to_contain_text("Put off until")
        # The row comes a moment before the rest of the same answer is settled.
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)
        page.keyboard.press("g")
        page.keyboard.press("m")
        expect(page.locator("#list-title")).to_contain_text("Mine")
        page.keyboard.press("/")
        expect(page.locator("#id_q")).to_be_visible()

    def test_back_to_the_list_keeps_the_place(self) -> None:
        case = open_case()
        page = self.page(ada(), f"/cases/{case.pk}/")
        page.keyboard.press("u")
        expect(page.locator(f"#row-{case.pk}:focus")).to_have_count(1)
        expect(page.locator("#case .no-case")).to_be_visible()


@pytest.mark.drill
@pytest.mark.timeout(3600)
class DayTests(Desk):
    def test_a_day_of_five_hundred_cases(self) -> None:
        shift = self.work(int(os.environ.get("MURMUR_SHIFT_CASES", OF_A_DAY)))
        print(told(shift))
        self.assertLessEqual(p95(shift.took), MOST_MS)


def told(shift: Shift) -> str:
    return f"{shift.presses} presses; seen {summed_up(shift.took)}; answered {summed_up(shift.answered)}"


def summed_up(found: list[float]) -> str:
    return f"{len(found)} times, p50 {sorted(found)[len(found) // 2]:.0f} ms, p95 {p95(found):.0f} ms"
