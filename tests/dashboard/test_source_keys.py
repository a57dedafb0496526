"""What an admin reads of a wrong key, an expired one and a used-up quota, of every network of the sandbox."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from config import demo, demo_letters, demo_sites
from listening import checking
from listening.checking import Outcome
from listening.sources import adapter_for
from listening.sources.contract import Adapter
from tests import base
from tests.sandbox.base import sandbox

SYSTEM = tomllib.loads(demo.SYSTEM_FILE.read_text())


def letters(system: dict[str, Any], url: str) -> Iterator[demo.Made]:
    return demo_letters.sources(demo_letters.ask(url) or demo_letters.Mailbox(993, ""), url)


MADE = (demo.sources, demo.further_sources, demo_sites.sources, letters)
NO_LIMIT = {"careopinion"}
KEYED = sorted(kind for make in MADE for kind, *_, keys in make(SYSTEM, "http://127.0.0.1:9") if keys)

# How a network says that it was asked enough: by its credit, by a quota, or by a pause.
SPENT = {"x": "Add credit there", "x_stream": "Add credit there"}


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    with sandbox(quiet=True) as url:
        yield url


def tried(kind: str, place: str, word: str, *, worked: bool = False) -> tuple[Adapter, Outcome]:
    made = {each[0]: each for make in MADE for each in make(SYSTEM, place)}
    _, _, _, options, keys = made[kind]
    until, given = base.NOW - timedelta(days=1) if worked else None, dict.fromkeys(keys, f"{word}-key")
    with override_settings(SANDBOX_URL=place):
        adapter = adapter_for(kind)
        return adapter, checking.check(adapter, options, given, base.NOW, worked_until=until)


@pytest.mark.django_db
class KeyTests:
    @pytest.mark.parametrize("kind", KEYED)
    def test_a_right_one_works(self, place: str, kind: str) -> None:
        assert tried(kind, place, "sandbox")[1].works

    @pytest.mark.parametrize("kind", KEYED)
    def test_a_wrong_one_is_named_with_what_to_do(self, place: str, kind: str) -> None:
        adapter, outcome = tried(kind, place, "wrong")
        assert (outcome.kind, outcome.is_final) == ("auth_failed", True)
        assert outcome.words.startswith(f"{adapter.label} does not accept this key. ")
        assert "make a new one there" in outcome.words or "/prefs/feeds" in outcome.words

    @pytest.mark.parametrize("kind", KEYED)
    def test_of_an_expired_one_it_says_how_long_it_worked(self, place: str, kind: str) -> None:
        _, outcome = tried(kind, place, "expired", worked=True)
        assert (outcome.kind, outcome.is_final) == ("auth_failed", True)
        assert "It worked until" in outcome.words
        assert "enter it here" in outcome.words or "/prefs/feeds" in outcome.words

    @pytest.mark.parametrize("kind", sorted({*KEYED} - NO_LIMIT))
    def test_a_used_up_quota_is_no_wrong_key(self, place: str, kind: str) -> None:
        adapter, outcome = tried(kind, place, "spent")
        assert outcome.kind in ("quota_exhausted", "rate_limited")
        assert outcome.words.startswith(f"{adapter.label} knows this key")
        assert SPENT.get(kind, checking.BY_ITSELF) in outcome.words
        assert outcome.is_final is (kind in SPENT)
