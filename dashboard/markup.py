"""Cards as HTML, by Jinja: a storm brings hundreds, and Django's own templates take four times as long.

Parts that are the same in both languages (`_pieces.html`, `_tone.html`, `_chip.html`) are shared.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from jinja2 import Environment, FileSystemLoader

from alerts.standing import Standing

if TYPE_CHECKING:
    from dashboard.cards import Card

NOBODY = 10**15
"""A number that no row has: where it stands in an address, each row's own goes."""


def card(of: "Card", position: int = 0, *, is_first: bool = False) -> SafeString:
    """A mention's card. `position` is its place in a list, from 1; 0 where that is not known.

    `is_first`: it takes the focus when it comes.
    """
    return _html("wall/_mention.jinja", card=of, position=position, is_first=is_first)


def work(standing: Standing, refused: str = "") -> SafeString:
    """What a card says of its case, or why that could not be changed."""
    return _html("wall/_work.jinja", standing=standing, refused=refused)


@dataclass(frozen=True)
class Moment:
    """A time as a card prints it, in the hospital's zone."""

    local: datetime

    @property
    def iso(self) -> str:
        return self.local.isoformat()

    @property
    def clock(self) -> str:
        return self.iso[11:16]

    @property
    def exact(self) -> str:
        return self.iso[11:19]

    @property
    def day(self) -> str:
        return f"{self.local:%a} {self.local.day} {self.local:%b}"


def moment(at: datetime) -> Moment:
    return Moment(localtime(at))


def seconds(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else truncatechars(text, most)


def path(name: str, pk: int) -> str:
    before, after = _around(name)
    return f"{before}{pk}{after}"


@cache
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[NOBODY]).partition(str(NOBODY))
    return before, after


def _html(template: str, **context: object) -> SafeString:
    return SafeString(_templates().get_template(template).render(context))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(settings.BASE_DIR / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {each.__name__: each for each in (moment, seconds, shortened, path)}
    return made
