"""A big screen on a wall, while all that stands behind it is restarted and nobody touches it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rig import chromium
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


@pytest.mark.parametrize("address", [ADDRESS])
def test_a_kiosk_survives_the_restart_of_everything_behind_it(town: Town, address: str) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(town.url + address)
        sign_in(page, town)
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


def sign_in(page: Page, town: Town) -> None:
    """Once, when it is hung up; a screen with an address of its own needs none."""
    if page.locator("input[type=password]").count():
        page.fill("input[name=username]", "wes")
        page.fill("input[type=password]", town.password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{ADDRESS}")


def arrival(page: Page, town: Town, name: str) -> float:
    """Seconds until a post that is written now stands on the screen."""
    began = time.monotonic()
    mark = f"after {name} went"
    town.ask_sandbox("posts", {"network": "x", "text": f"Northfield {mark}"})
    expect(page.locator(".card", has_text=mark)).to_be_visible(timeout=BACK_WITHIN)
    return time.monotonic() - began
