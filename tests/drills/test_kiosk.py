"""A big screen on a wall, while all that stands behind it is restarted and nobody touches it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rig import shared
from tests.drills.town import Town

ADDRESS = "/?view=wall"
AWAY = 5.0
BACK_WITHIN = 60_000

pytestmark = [pytest.mark.drill, pytest.mark.browser, pytest.mark.timeout(900)]

BLOWS: dict[str, Callable[[Town], None]] = {
    "web": lambda town: town.kill("web"),
    "worker": lambda town: town.kill("worker"),
    "urgent worker": lambda town: town.kill("urgent"),
    "beat": lambda town: town.kill("beat"),
    "broker": lambda town: town.restart("valkey", away=AWAY),
    "database": lambda town: town.restart("postgres", away=AWAY),
}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    started = Town(tmp_path / "t")
    try:
        started.start()
        started.ask_sandbox("quiet", {"on": True})
        yield started
    finally:
        started.stop()


@pytest.mark.parametrize("is_hung", [False, True], ids=["signed in", "by its own address"])
def test_a_kiosk_survives_the_restart_of_everything_behind_it(town: Town, is_hung: bool) -> None:
    browser = shared.browser()
    with closing(browser.new_page(viewport={"width": 1920, "height": 1080})) as page:
        page.goto(hung(browser, town) if is_hung else town.url + ADDRESS)
        sign_in(page, town, "wes")
        expect(page.locator("body[data-live=live]")).to_be_attached()
        took = {"nothing": arrival(page, town, "nothing")}
        for name, blow in BLOWS.items():
            blow(town)
            took[name] = arrival(page, town, name)
        expect(page.locator("[data-screen]")).to_have_attribute("data-live", "live")
        ids = page.locator(".card").evaluate_all("cards => cards.map(({id}) => id)")
        assert len(ids) == len(set(ids))
        said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
        print(f"\nposted to shown after the restart of {said}")


def sign_in(page: Page, town: Town, name: str) -> None:
    """Once, when it is hung up; a screen with an address of its own needs none."""
    if page.locator("input[type=password]").count():
        page.fill("input[name=username]", name)
        page.fill("input[type=password]", town.password)
        page.keyboard.press("Enter")
        page.locator("input[type=password]").wait_for(state="detached")


def hung(browser: Browser, town: Town) -> str:
    """The address of a staff screen that somebody made, whose sign-in then ended."""
    page = browser.new_page()
    page.goto(f"{town.url}/big-screens/new/")
    sign_in(page, town, "ada")
    page.fill("input[name=name]", "Desk 2")
    page.select_option("select[name=screen_class]", "staff")
    page.select_option("select[name=scene_1]", "live")
    page.fill("input[name=seconds_1]", "600")
    page.get_by_role("button", name="Make the screen").click()
    address = page.locator(".screen-address").inner_text()
    page.context.clear_cookies()
    page.close()
    return address


def arrival(page: Page, town: Town, name: str) -> float:
    """Seconds until a post that is written now stands on the screen."""
    began = time.monotonic()
    mark = f"after {name} went"
    town.ask_sandbox("posts", {"network": "x", "text": f"Northfield {mark}"})
    expect(page.locator(".card", has_text=mark)).to_be_visible(timeout=BACK_WITHIN)
    return time.monotonic() - began
