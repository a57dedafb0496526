"""Every state of the desk and the pages behind it: no serious finding of axe, and nothing cut at 400 %."""

import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import defaults, outbox
from alerts.models import Reply
from alerts.models.queue import REPLY_HOLD
from dashboard.decks import Draft
from dashboard.scenes import scenes
from dashboard.screens.programme import DECK
from hospital.models import Service
from listening.sources.contract import Sent
from tests.alerts.desk import ANSWER
from tests.base import pete, priya
from tests.browser.rig import shared
from tests.browser.source_states import SOURCES
from tests.browser.states import BOARDS, DESK, OUTSIDE, PAGES, State, complaint, world
from tests.dashboard.boards.test_numbers import town
from tests.dashboard.screens.base import hang, share

pytestmark = pytest.mark.walk

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 256}  # the latter: 1280 at 400 %
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SCENES = tuple(scenes())
EACH = 1 if os.environ.get("MURMUR_DRILL_POINTS") else 11
"""One state in how many; in the drills each."""

FIND = """async (only) => {
  const options = { resultTypes: ["violations"], preload: false };
  options.rules = { "target-size": { enabled: true } };
  if (only) { options.runOnly = { type: "rule", values: [only] }; delete options.rules; }
  const { violations } = await axe.run({ exclude: [".row:nth-child(n+8)"] }, options);
  const said = ({ target, any }) => `${target.join(" ")} ${any.map(({ message }) => message).join("; ")}`;
  return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(said) }));
}"""
CUT = """() => {
  const found = [];
  const said = (element) => `${element.tagName} ${element.className} ${element.innerText.slice(0, 40)}`;
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (!element.checkVisibility() || !box.width || !element.innerText?.trim()) continue;
    if (element.closest(".hidden, .sprite, [aria-hidden=true]")) continue;
    const [hides, slides] = [style.overflowX === "hidden", element.closest(".queues ul")];
    // A line of the list shows how a post begins, and may end in an ellipsis.
    if (element.parentElement.closest(".row-head, .row-text")) continue;
    const cut = hides && style.textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1;
    const low = style.overflowY === "hidden" && element.scrollHeight > element.clientHeight + 1;
    const off = !slides && (box.right > innerWidth + 1 || box.left < -1);
    if (cut || low || off) found.push(`${cut ? "cut" : low ? "low" : "off"} ${said(element)}`);
  }
  return found;
}"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(400)
class AxeTests(TransactionTestCase):
    def setUp(self) -> None:
        defaults.ensure()
        self.web, self.browser = shared.web(), shared.browser()
        self.pages: dict[str, Page] = {}
        self.wrong: list[str] = []

    def page(self, person: User | None) -> Page:
        """One window for each person. Scripts may be put into it, which the pages themselves forbid."""
        name = person.username if person else ""
        if name not in self.pages:
            context = self.browser.new_context(bypass_csp=True, reduced_motion="reduce")
            self.addCleanup(context.close)
            client = Client()
            if person:
                client.force_login(person)
            cookies = client.cookies.items()
            context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
            self.pages[name] = context.new_page()
        return self.pages[name]

    def look(self, states: Sequence[State]) -> None:
        for state in states:
            page = self.page(state.who() if state.who else None)
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            answer = page.goto(self.web.url + state.make())
            assert answer is not None
            self.assertLess(answer.status, 500, state.name)
            state.act(page)
            page.evaluate(AXE)
            self.note(state, "", page.evaluate(FIND, ""))
            self.narrow(state, page)
            page.evaluate("for (const one of document.querySelectorAll('[data-light]')) one.media = 'all'")
            self.note(state, " in light", page.evaluate(FIND, "color-contrast"))
        self.assertFalse(self.wrong, "\n".join(self.wrong))

    def note(self, state: State, where: str, findings: list[dict[str, Any]]) -> None:
        for each in findings:
            line = f"{state.name}{where}: {each['impact']} {each['id']}, {each['help']}: {each['nodes'][:3]}"
            if each["impact"] in ("serious", "critical"):
                self.wrong.append(line)
            else:
                print(line)

    def narrow(self, state: State, page: Page) -> None:
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            self.wrong.append(f"{state.name}: {width} wide at 400 %")
        self.wrong += [f"{state.name}: {each}" for each in page.evaluate(CUT)]

    def test_an_empty_desk(self) -> None:
        self.look([State("empty", DESK[0].who, lambda: "/cases/")])

    def test_the_desk(self) -> None:
        world()
        self.look(DESK[::EACH])

    def test_the_boards(self) -> None:
        town(timezone.now())
        self.look(BOARDS)

    def test_the_scenes_of_big_screens(self) -> None:
        now = timezone.now()
        town(now)
        Service.objects.create(kind="portal", slug="portal", name="Patient portal")
        deck = share(
            "Evening desk", *(Draft(kind.title(), kind) for kind in ("all", "needs", "praise", "operations"))
        )
        for screen_class in ("staff", "public"):
            self.look([scene(name, screen_class) for name in (*SCENES, f"{DECK}{deck.pk}")])

    def test_the_pages_of_sources(self) -> None:
        self.look(SOURCES[::EACH])

    def test_the_pages_behind_it(self) -> None:
        world()
        self.look([*PAGES[::EACH], *OUTSIDE])


def scene(name: str, screen_class: str) -> State:
    def hung() -> str:
        return hang(screen_class, steps=[(name, 600)])[1]

    def stands(page: Page) -> None:
        expect(page.locator("#stage")).to_have_attribute("data-scene", name)

    return State(f"{name} on a {screen_class} screen", None, hung, stands)


@pytest.mark.browser
class WithoutScriptsTests(TransactionTestCase):
    def test_a_case_is_read_answered_approved_and_closed(self) -> None:
        defaults.ensure()
        self.web, self.browser = shared.web(), shared.browser()
        case = complaint()
        page = self.page(pete())
        page.goto(f"{self.web.url}/cases/")
        page.locator(f"#row-{case.pk}").click()
        expect(page.locator(".post-text")).to_contain_text("Three hours in the waiting room")
        page.get_by_role("button", name="Claim").click()
        page.locator("#text").fill(ANSWER)
        page.get_by_role("button", name="Save draft").click()
        expect(page.locator("#text")).to_have_value(ANSWER)
        page.get_by_role("button", name="Submit for approval").click()
        page.goto(f"{self.web.url}/cases/{case.pk}/")
        expect(page.locator(".composer")).to_contain_text("Another person approves it")
        other = self.page(priya())
        other.goto(f"{self.web.url}/cases/{case.pk}/")
        other.get_by_role("button", name="Approve this text").click()
        other.goto(f"{self.web.url}/cases/{case.pk}/")
        expect(other.locator(".history")).to_contain_text("priya approved the reply")
        outbox.take(Reply.objects.get(case=case).pk, timezone.now() + REPLY_HOLD)
        outbox.settle_sent(Reply.objects.get(case=case), Sent("1"), timezone.now())
        page.goto(f"{self.web.url}/cases/{case.pk}/")
        page.get_by_label("What came of it?").select_option("online")
        page.get_by_role("button", name="Close the case").click()
        page.goto(f"{self.web.url}/cases/{case.pk}/")
        expect(page.locator("#work")).to_contain_text("replied online")
        case.refresh_from_db()
        self.assertEqual((case.state, case.outcome), ("closed", "online"))

    def page(self, person: User) -> Page:
        client = Client()
        client.force_login(person)
        context = self.browser.new_context(java_script_enabled=False)
        self.addCleanup(context.close)
        cookies = client.cookies.items()
        context.add_cookies([{"name": n, "value": c.value, "url": self.web.url} for n, c in cookies])
        return context.new_page()
