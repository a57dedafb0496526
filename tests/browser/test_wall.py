from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

from dashboard import doorbell
from listening import wall_sequence
from listening.models import Mention
from tests import base
from tests.browser.rig import shared
from tests.timing import PATIENCE, limit

DESK = (1440, 900)
SCREEN = (1920, 1080)
ZOOMED = (320, 640)  # what 1280 pixels are at 400 %

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=https://evil.example/a.png onerror=alert(1)>",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
    "<div hx-get='/sign-out/' hx-trigger='load' data-hx-post='/sign-out/' hx-on:load='alert(1)'>x</div>",
    "a\r\n\r\nevent: ended\r\ndata: x\r\n\r\n",
    "<style>body{display:none}</style><link rel=stylesheet href=//evil.example/x.css>",
    "<template><img src=x onerror=alert(1)></template><iframe src=//evil.example></iframe>",
    '"><form action=//evil.example><input autofocus onfocus=alert(1)>',
    "\u202egnitaert\u202c W" + "a" * 3000,
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324" * 60,
]


@pytest.mark.browser
class BrowserTestCase(TransactionTestCase):
    def setUp(self) -> None:
        self.web, self.browser = shared.web(), shared.browser()
        self.troubles: list[str] = []
        self.source = base.source("x", name="X", last_success_at=timezone.now())
        self.north = base.facility("Northfield North", "north")

    def store(self, text: str = "", **fields: Any) -> Mention:
        moment = timezone.now()
        values = {
            "source": self.source,
            "facility": self.north,
            "published_at": moment,
            "collected_at": moment,
        }
        mention = base.mention(text or f"post {next(base.numbers)}", **{**values, **fields})
        doorbell.ring("mentions")
        return mention

    def refuse(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str = "/", size: tuple[int, int] = DESK, clock: bool = False) -> Page:
        client = Client()
        client.force_login(base.carla())
        context: BrowserContext = self.browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.addCleanup(context.close)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.web.url}])
        page = context.new_page()
        page.on("dialog", self.refuse)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self.note)
        page.on("request", lambda request: self.note_request(request.url))
        if clock:
            page.clock.install()
        page.goto(self.web.url + path)
        return page

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def note_request(self, url: str) -> None:
        if not url.startswith(self.web.url):
            self.troubles.append(f"request: {url}")

    def live(self, page: Page) -> None:
        """Open, and hearing the stream."""
        page.wait_for_function("document.body.dataset.live === 'live'")
        mention = self.store("the first")
        expect(card(page, mention)).to_be_visible()

    def wait(self, page: Page, what: Callable[[], bool], seconds: float = PATIENCE) -> None:
        deadline = monotonic() + seconds
        while not what():
            self.assertLess(monotonic(), deadline, "it did not happen in time")
            page.wait_for_timeout(50)


def card(page: Page, mention: Mention) -> Locator:
    return page.locator(f"#mention-{mention.pk}")


def shown(page: Page) -> list[int]:
    ids = page.eval_on_selector_all(
        ".card:not([hidden])", "cards => cards.map(card => Number(card.id.slice(8)))"
    )
    return list(ids)


def twice(ids: list[int]) -> list[int]:
    return [pk for pk, times in Counter(ids).items() if times > 1]


class ArrivalTests(BrowserTestCase):
    def test_a_stored_mention_is_seen_within_two_seconds(self) -> None:
        page = self.open()
        self.live(page)
        for _ in range(5):
            mention = self.store()
            started = monotonic()
            expect(card(page, mention)).to_be_visible()
            self.assertLess(monotonic() - started, limit(2, beside_others=PATIENCE))

    def test_hostile_markup_is_inert(self) -> None:
        stored = [self.store(text, title=text[:200], published_at=timezone.now()) for text in HOSTILE[:5]]
        page = self.open()
        self.live(page)
        stored += [self.store(text, title=text[:200]) for text in HOSTILE]
        for mention in stored:
            expect(card(page, mention)).to_be_attached()
        page.goto(f"{self.web.url}/mentions/{stored[0].pk}/")
        page.wait_for_timeout(300)
        self.assertEqual(self.troubles, [])

    def test_a_change_is_made_in_place_and_a_removal_too(self) -> None:
        page = self.open()
        self.live(page)
        mention, other = self.store("first words"), self.store("another")
        expect(card(page, other)).to_be_visible()
        self.change(mention, text="second words")
        expect(card(page, mention)).to_contain_text("second words")
        self.change(mention, is_gone=True)
        expect(card(page, mention)).to_contain_text("Removed at its source")
        expect(card(page, mention)).not_to_contain_text("second words")

    def change(self, mention: Mention, **fields: Any) -> None:
        from django.db import transaction

        with transaction.atomic():
            Mention.objects.filter(pk=mention.pk).update(wall_seq=wall_sequence.take(1)[0], **fields)
        doorbell.ring("mentions")


class ReadingTests(BrowserTestCase):
    def fill(self, count: int = 12) -> list[Mention]:
        moment = timezone.now() - timedelta(minutes=30)
        return [self.store(published_at=moment + timedelta(seconds=number)) for number in range(count)]

    def test_nothing_moves_under_the_pointer(self) -> None:
        old = self.fill()
        page = self.open()
        self.live(page)
        target = card(page, old[-2])
        target.hover()
        target.focus()
        before = target.bounding_box()
        new = [self.store() for _ in range(50)]
        pill = page.locator("#says [data-release]")
        expect(pill).to_contain_text("50 new")
        self.assertEqual(target.bounding_box(), before)
        page.keyboard.press(".")
        expect(card(page, new[-1])).to_be_attached()
        self.assertEqual(target.bounding_box(), before)
        self.assertEqual(page.evaluate("document.activeElement.id"), f"mention-{old[-2].pk}")
        self.assertEqual(len(set(shown(page))), len(shown(page)))

    def test_what_was_held_comes_when_one_looks_away(self) -> None:
        old = self.fill()
        page = self.open()
        self.live(page)
        card(page, old[-1]).hover()
        page.wait_for_timeout(1_200)
        new = self.store()
        expect(page.locator("#says [data-release]")).to_be_visible()
        expect(card(page, new)).to_be_hidden()
        page.mouse.move(10, 10)
        expect(card(page, new)).to_be_visible()

    def test_space_pauses_all_and_lets_go_again(self) -> None:
        page = self.open()
        self.live(page)
        page.keyboard.press("Space")
        new = [self.store() for _ in range(3)]
        expect(page.locator("[data-pause]")).to_contain_text("3 held")
        expect(page.locator("[data-pause]")).to_have_attribute("aria-pressed", "true")
        expect(card(page, new[0])).to_be_hidden()
        page.keyboard.press("Space")
        expect(card(page, new[0])).to_be_visible()

    def test_an_emergency_is_seen_though_all_is_paused_and_nothing_shifts(self) -> None:
        page = self.open()
        self.live(page)
        page.keyboard.press("Space")
        lanes = page.locator("#lanes")
        before = lanes.bounding_box()
        self.store("I cannot breathe", level="P0", lane="emergency", sentiment="negative")
        expect(page.locator("#band")).to_contain_text("I cannot breathe")
        self.assertEqual(lanes.bounding_box(), before)

    @pytest.mark.walk
    def test_a_big_screen_does_not_stay_paused(self) -> None:
        page = self.open("/?view=wall", SCREEN, clock=True)
        self.live(page)
        page.keyboard.press("Space")
        mention = self.store()
        page.clock.fast_forward("04:50")
        expect(page.locator("[data-pause]")).to_contain_text("held")
        expect(card(page, mention)).to_be_hidden()
        page.clock.fast_forward("00:15")
        expect(card(page, mention)).not_to_have_attribute("hidden", "")


class LossTests(BrowserTestCase):
    def test_a_wall_that_was_cut_off_loses_and_doubles_nothing(self) -> None:
        page = self.open()
        self.live(page)
        self.web.stop()
        self.addCleanup(self.web.start)
        expected = {mention.pk for mention in (self.store() for _ in range(30))}
        page.wait_for_timeout(3_000)
        self.web.start()
        self.doCleanups_except_start()
        expected |= {self.store().pk for _ in range(5)}
        self.wait(page, lambda: expected <= set(shown(page)))
        self.assertEqual(twice(shown(page)), [])

    def doCleanups_except_start(self) -> None:
        entries = vars(self)["_cleanups"]
        entries[:] = [entry for entry in entries if entry[0] != self.web.start]

    @pytest.mark.walk
    def test_it_says_when_it_is_not_live(self) -> None:
        page = self.open(clock=True)
        self.live(page)
        notice = page.locator("[data-notice]")
        lanes = page.locator("#lanes")
        before = lanes.bounding_box()
        page.context.set_offline(True)
        self.web.stop()
        self.addCleanup(self.web.start)
        page.clock.fast_forward("00:20")
        expect(notice).to_be_hidden()
        page.clock.fast_forward("00:15")
        expect(notice).to_contain_text("Nothing new for")
        self.assertEqual(page.evaluate("document.body.dataset.live"), "late")
        page.clock.fast_forward("02:00")
        expect(notice).to_contain_text("Showing")
        self.assertEqual(page.evaluate("document.body.dataset.live"), "lost")
        self.assertEqual(lanes.bounding_box(), before)

    @pytest.mark.walk
    def test_far_behind_it_takes_its_columns_anew(self) -> None:
        page = self.open()
        self.live(page)
        self.web.stop()
        moment = timezone.now()
        numbers = wall_sequence_of(520)
        mentions = [
            Mention(
                source=self.source, external_id=f"far-{number}", network="fake", content_hash="0", text="far",
                published_at=moment + timedelta(milliseconds=index), collected_at=moment, sentiment="neutral",
                score=0, severity=0, level="P4", lane="other", reader_version="1", wall_seq=number,
            )
            for index, number in enumerate(numbers)
        ]  # fmt: skip
        Mention.objects.bulk_create(mentions)
        self.web.start()
        newest = Mention.objects.get(wall_seq=numbers[-1])
        expect(card(page, newest)).to_be_attached()
        later = self.store()
        expect(card(page, later)).to_be_attached()
        self.assertEqual(twice(shown(page)), [])


class SizeTests(BrowserTestCase):
    def test_at_four_hundred_per_cent_nothing_lies_beside_the_page(self) -> None:
        mention = self.store("w" * 400, title="t" * 200)
        self.store("I cannot breathe", level="P0", lane="emergency", sentiment="negative")
        for path in ("/", f"/mentions/{mention.pk}/", "/wall/older/says/?before=2100-01-01T00:00:00Z_1"):
            with self.subTest(path=path):
                page = self.open(path, ZOOMED)
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 320)

    def test_a_big_screen_fits_exactly(self) -> None:
        for _ in range(20):
            self.store("A long text that goes on for more than four lines of a card. " * 8)
        for size in (SCREEN, (3840, 2160)):
            with self.subTest(size=size):
                page = self.open("/?view=wall", size)
                fits = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
                self.assertEqual(page.evaluate(fits), list(size))

    def test_letters_of_a_big_screen_are_large(self) -> None:
        mention = self.store()
        page = self.open("/?view=wall", SCREEN)
        text = card(page, mention).locator(".card-text")
        meta = card(page, mention).locator(".card-meta")
        size = "element => parseFloat(getComputedStyle(element).fontSize)"
        self.assertGreaterEqual(round(text.evaluate(size), 1), 32)
        self.assertGreaterEqual(round(meta.evaluate(size), 1), 28)


def wall_sequence_of(count: int) -> list[int]:
    from django.db import transaction

    with transaction.atomic():
        return wall_sequence.take(count)
