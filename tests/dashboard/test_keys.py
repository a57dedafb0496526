"""The one list of keys holds what the pages hold."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from dashboard import keys

TEMPLATES = Path(settings.BASE_DIR) / "templates"
WRITTEN = re.compile(r'data-key="([^"{]+)"')
DESK_PARTS = ("cases", "labels/_set_by.html", "labels/_said.html", "_topbar.html")


def written(*parts: str) -> set[str]:
    files = [file for part in parts for file in TEMPLATES.glob(part if "." in part else f"{part}/**/*.html")]
    assert files
    return {key for file in files for key in WRITTEN.findall(file.read_text())}


def test_every_key_on_the_desk_is_told() -> None:
    assert written(*DESK_PARTS) <= {each.key for each in keys.on(keys.DESK)}


def test_every_key_that_is_told_is_on_the_desk() -> None:
    told = {each.key for each in keys.on(keys.DESK) if each.control}
    there = written(*DESK_PARTS) | set(keys.GOES_TO.values()) | {"1", "2", "3", "4", "x"}
    assert told <= there


def test_every_key_on_the_wall_is_told() -> None:
    told = {each.key for each in keys.on(keys.WALL)}
    assert (
        written(
            "wall/wall.html", "wall/_column.html", "wall/_mention.jinja", "wall/_acts.jinja", "_topbar.html"
        )
        <= told
    )


def test_no_key_is_told_twice() -> None:
    told = [each.key for each in keys.KEYS]
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"c": "b"}, ""),
        ({"c": "b", "b": "c"}, ""),
        ({"c": "a", "a": "c"}, ""),
        ({"c": "a"}, "a would do two things at once."),
        ({"c": "g"}, "g would do two things at once."),
        ({"c": "C"}, "Choose one small letter"),
        ({"c": "cc"}, "Choose one small letter"),
        ({"c": "\u200b"}, "Choose one small letter"),
    ],
)
def test_what_may_be_chosen(own: dict[str, str], said: str) -> None:
    mistake = keys.mistake(own)
    assert mistake.startswith(said)
    assert bool(mistake) == bool(said)
