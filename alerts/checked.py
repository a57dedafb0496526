"""What `check_reply` is asked about one draft, and what it answers."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from alerts import gate
from alerts.gate.contacts import Contacts
from listening import jsonlines
from listening.jsonlines import Answer, BadLine, Item

Stored = Callable[[], Sequence[str]]
"""The contacts that the hospital has listed, looked up when a line brings none."""


def answering(stored: Stored) -> Answer:
    return partial(_answer, stored=cache(stored))


def _answer(item: Item, *, stored: Stored) -> dict[str, Any]:
    draft = jsonlines.text(item, "draft", required=True)
    said = jsonlines.texts(item, "contacts") if item.get("contacts") is not None else stored()
    try:
        verdict = gate.check(
            draft,
            jsonlines.text(item, "post"),
            jsonlines.texts(item, "thread"),
            contacts=Contacts.of(said),
        )
    except gate.GateDown as error:
        raise BadLine(str(error)) from error
    return {"id": item.get("id"), "verdict": verdict.word, "reasons": [each.told for each in verdict.reasons]}
