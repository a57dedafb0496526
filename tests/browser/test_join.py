"""What operations say, put into a reply by one key; and the walls, where people say otherwise."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts import joining, statelines
from alerts.models import Case
from alerts.statelines import Draft
from hospital.models import ServiceStatus
from tests.alerts.operations.nouns import author, ed_wait, north, portal
from tests.base import NOW, mention, pete, priya, wes
from tests.browser.test_gate import Composer

pytestmark = pytest.mark.walk

LINE = "Waits at our North emergency department are longer than usual; the latest is {value}."


@pytest.mark.browser
class JoinTests(Composer):
    def waiting(self, minutes_ago: float) -> str:
        """A claimed case beside a tile in trouble, reported so long ago."""
        address, place = self.claimed(), north()
        Case.objects.update(facility=place)
        at = timezone.now() - timedelta(minutes=minutes_ago)
        ServiceStatus.objects.create(service=ed_wait(place), at=at, received_at=at, value=250, feed="test")
        statelines.save(None, Draft("ed_wait", "trouble", LINE), by=priya(), at=NOW)
        return address

    def test_one_key_tells_what_operations_say_and_a_stale_tile_tells_nothing(self) -> None:
        page = self.page(pete(), self.waiting(minutes_ago=3))
        page.locator("#text").click()
        page.keyboard.type("Thank you for telling us.")
        page.keyboard.press("Control+.")
        expect(page.locator("#text")).to_have_value(
            # The time is the report's own.
            f"Thank you for telling us. {LINE.replace('{value}.', '4 h 10')}, as of {self.said_at()}."
        )
        ServiceStatus.objects.update(at=timezone.now() - timedelta(minutes=40))
        page.locator("#text").click()
        page.keyboard.press("Control+.")
        expect(page.locator(".refused")).to_contain_text("North ED wait is 40 minutes old")
        expect(page.locator("#text")).to_have_value(f"Thank you for telling us. {self.told()}")

    def said_at(self) -> str:
        return timezone.localtime(ServiceStatus.objects.get().at).strftime("%H:%M")

    def told(self) -> str:
        return Case.objects.get().state_lines.get().text

    def test_an_alarm_stands_on_the_wall_and_opens_its_posts(self) -> None:
        now = timezone.now()
        ServiceStatus.objects.create(service=portal(), at=now, received_at=now, words="Up", feed="test")
        for number in range(6):
            mention(f"portal down for me too, number {number}", author=author(), published_at=now)
        joining.look(now)
        page = self.page(wes(), "/")
        expect(page.locator(".alarm")).to_contain_text(
            "6 people say that the portal is down, operations say Up"
        )
        page.locator(".alarm a").click()
        expect(page.locator(".retold-one")).to_have_count(6)
