"""A person who has a keyboard and no mouse: where they are is always told, and always to be seen."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.timing import PATIENCE

WHERE = """() => {
  const [one, box] = [document.activeElement, document.activeElement.getBoundingClientRect()];
  return {
    tag: one.tagName, id: one.id, words: (one.innerText || one.value || "").trim().slice(0, 60),
    isSeen: one.checkVisibility() && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth,
  };
}"""
IS_AT = "(selector) => document.activeElement.matches(selector)"
IS_STILL = """() => document.readyState === 'complete'
  && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"""
MOST_TABS = 120


@dataclass
class Keyboard:
    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)

    def go(self, selector: str, key: str = "Tab") -> None:
        """By one key to what the selector tells; every stop on the way is there to be seen."""
        for _ in range(MOST_TABS):
            if self.page.evaluate(IS_AT, selector):
                return
            self.press(key)
            self.stands()
        raise AssertionError(f"{key} never comes to {selector}")

    def stands(self) -> None:
        """The keyboard is at something, and that is on the screen."""
        at = self.page.evaluate(WHERE)
        assert at["tag"] != "BODY", "the keyboard is nowhere"
        assert at["isSeen"], at

    def is_at(self, selector: str) -> None:
        self.page.wait_for_function(IS_AT, arg=selector, timeout=PATIENCE * 1_000)
        self.stands()

    def rests(self) -> None:
        """What was asked for is there."""
        self.page.wait_for_function(IS_STILL, timeout=PATIENCE * 1_000)
