"""A shift at the desk by keyboard alone: presses are counted, and the page itself measures what they take."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from playwright.sync_api import Page

MEASURE = """
(() => {
  window.seen = [];
  window.answered = [];
  let [pressed, asked] = [0, 0];
  const paint = () => requestAnimationFrame(() => setTimeout(() => {
    if (pressed) window.seen.push(performance.now() - pressed);
    pressed = 0;
  }));
  document.addEventListener("keydown", (event) => { pressed = asked = event.timeStamp; }, true);
  const watch = () => {
    new MutationObserver(() => paint()).observe(document.body, {
      subtree: true, childList: true, characterData: true, attributeFilter: ["class", "open"],
    });
    document.addEventListener("htmx:afterSettle", ({ target }) => {
      if (asked && target.id === "case") window.answered.push(performance.now() - asked);
    });
    document.addEventListener("focusin", () => paint());
    document.addEventListener("input", () => paint());
    document.addEventListener("change", () => paint());
  };
  document.body ? watch() : document.addEventListener("DOMContentLoaded", watch);
})();
"""
"""From a key to the paint of the first that it changed: what has focus, what is open, that it was pressed."""

IS_WRITTEN = """() => Boolean(document.querySelector('#text')?.checkVisibility())
  && !document.querySelector('.htmx-added, .htmx-settling')"""
HAS_GONE_ON = """(id) => !document.querySelector(`#row-${id}[aria-current]`)
  && Boolean(document.querySelector('.row-link[aria-current]:focus'))"""
"""Looked for in one short question: `expect` would read the whole page as a screen reader does, each time, in
the very process whose answers are measured."""

PATIENCE, GLANCE_MS = 20.0, 25


@dataclass
class Shift:
    page: Page
    presses: int = 0
    took: list[float] = field(default_factory=list)  # until something was seen to happen
    answered: list[float] = field(default_factory=list)  # until the server's answer stood there

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += key.count("+") + 1

    def type(self, text: str) -> None:
        """Text: not counted, since anybody has to write it."""
        self.page.keyboard.insert_text(text)

    def collect(self) -> None:
        self.took += self.page.evaluate("window.seen.splice(0)")
        self.answered += self.page.evaluate("window.answered.splice(0)")

    def open_id(self) -> int:
        row = self.page.locator(".row-link[aria-current]").get_attribute("id") or "row-0"
        return int(row.removeprefix("row-"))

    def answer(self, text: str) -> int:
        """Claim, write and hand in the open case; how many keys that took."""
        before, case_id = self.presses, self.open_id()
        self.press("c")
        self.wait(IS_WRITTEN)
        self.press("r")
        self.type(text)
        self.press("Control+Enter")
        self.has_gone_on_from(case_id)
        return self.presses - before

    def close(self, reason: str) -> int:
        before, case_id = self.presses, self.open_id()
        self.press("e", "N", "o", "Tab")
        self.type(reason)
        self.press("Enter")
        self.has_gone_on_from(case_id)
        return self.presses - before

    def has_gone_on_from(self, case_id: int) -> None:
        """The next case is open, and the keyboard is at its row."""
        self.wait(HAS_GONE_ON, case_id)
        self.collect()

    def wait(self, question: str, *asked: Any) -> None:
        ends = monotonic() + PATIENCE
        while not self.page.evaluate(question, *asked):
            if monotonic() > ends:
                raise AssertionError(f"not so after {PATIENCE:.0f} s: {question} {asked}")
            self.page.wait_for_timeout(GLANCE_MS)


def p95(found: list[float]) -> float:
    return sorted(found)[int(len(found) * 0.95)] if found else 0.0
