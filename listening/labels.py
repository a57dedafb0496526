"""What people say of a mention, and what follows from it.

1. The mention takes the person's value at once, and says in `set_by_people` that no reading may change it.
2. What the reader had said stays beside it, in the label.
3. The wall shows the mention anew, and a level that must not wait is routed again.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from listening import readers, wall_sequence
from listening.models import Label, Mention, SampleItem
from listening.reading.lanes import SAFETY
from listening.signals import mentions_stored

Aspect, Ending = Label.Aspect, Label.Ending

COLUMNS: dict[str, tuple[str, ...]] = {
    Aspect.SENTIMENT: ("sentiment", "score"),
    Aspect.TOPICS: ("topics",),
    Aspect.LEVEL: ("level", "severity", "lane"),
}
"""What of a mention each aspect holds: a person who sets one holds all of its columns."""

SCORES = {"negative": -0.5, "neutral": 0.0, "positive": 0.5}
"""The score of a tone that a person set against the reader: half way, for nobody weighed any words."""

BANDS = {"P0": (90, 100), "P1": (70, 89), "P2": (50, 69), "P3": (20, 49), "P4": (0, 19)}
"""Severities that go with each level: the reader's own is moved to the nearest of them."""

MUST_NOT_WAIT = frozenset({Mention.Level.P0, Mention.Level.P1})


class Refused(Exception):
    """Why, in one plain sentence for whoever tried. Nothing was changed."""


@transaction.atomic
def put(
    mention_id: int,
    aspect: str,
    value: Any,
    *,
    by: User,
    at: datetime,
    may_lower: bool = False,
    item: SampleItem | None = None,
) -> Label:
    """Label one aspect of a mention. `may_lower`: whether they may take a safety lane's level down."""
    number = wall_sequence.take(1)[0]  # before the row, as whoever stores does
    mention = _locked(mention_id)
    value = checked(aspect, value, mention)
    before = mention.labels.standing().filter(aspect=aspect).first()
    if before and item is None and (before.value, before.by_id) == (value, by.pk):
        return before
    said = before.reader_said if before else {name: getattr(mention, name) for name in COLUMNS[aspect]}
    changes = changed(aspect, value, said)
    _refuse_lowering(mention, changes, may_lower)
    mention.labels.standing().filter(aspect=aspect).update(ended_at=at, ended_as=Ending.REPLACED)
    label = Label.objects.create(
        mention=mention,
        aspect=aspect,
        value=value,
        reader_said=said,
        reader_version=before.reader_version if before else mention.reader_version,
        by=by,
        at=at,
        item=item,
        replaces=before,
    )
    _show(mention, changes, {*mention.set_by_people, aspect}, number)
    return label


@transaction.atomic
def undo(label: Label, *, at: datetime, may_lower: bool = False) -> Label | None:
    """Put back what stood before: an earlier label, which is answered, or what the reader said."""
    number = wall_sequence.take(1)[0]
    mention = _locked(label.mention_id)
    if not Label.objects.standing().filter(pk=label.pk).update(ended_at=at, ended_as=Ending.UNDONE):
        raise Refused("This was changed since. Look at the post as it is now.")
    earlier = Label.objects.filter(pk=label.replaces_id).first() if label.replaces_id else None
    if earlier and earlier.ended_as == Ending.REPLACED:
        Label.objects.filter(pk=earlier.pk).update(ended_at=None, ended_as="")
        changes, held = changed(label.aspect, earlier.value, earlier.reader_said), {*mention.set_by_people}
    else:
        changes, held, earlier = dict(label.reader_said), {*mention.set_by_people} - {label.aspect}, None
    _refuse_lowering(mention, changes, may_lower)
    _show(mention, changes, held, number)
    return earlier


def end_for_edits(mention_ids: Iterable[int], at: datetime) -> None:
    """Where an author changed the words, what was said of them holds no longer. It stays as history."""
    standing = Label.objects.standing().filter(mention_id__in=list(mention_ids), mention__set_by_people=[])
    standing.update(ended_at=at, ended_as=Ending.EDITED)


def checked(aspect: str, value: Any, mention: Mention) -> Any:
    if aspect == Aspect.SENTIMENT and value in Mention.Sentiment.values:
        return str(value)
    if aspect == Aspect.LEVEL and value in Mention.Level.values:
        return str(value)
    if aspect == Aspect.TOPICS and {*value} <= {*offered_topics(mention)}:
        return [topic for topic in offered_topics(mention) if topic in value]
    raise Refused("Choose one of those that are offered.")


def offered_topics(mention: Mention) -> tuple[str, ...]:
    """Those that the reader knows, and those that it knew when it read this mention."""
    return tuple(dict.fromkeys([*readers.topics(), *mention.topics]))


def changed(aspect: str, value: Any, said: dict[str, Any]) -> dict[str, Any]:
    """The mention's columns of this aspect with a person's value in them."""
    if aspect == Aspect.SENTIMENT:
        return {"sentiment": value, "score": said["score"] if said["sentiment"] == value else SCORES[value]}
    if aspect == Aspect.TOPICS:
        return {"topics": value}
    least, most = BANDS[value]
    is_new_emergency = value == Mention.Level.P0 and said["lane"] not in SAFETY
    return {
        "level": value,
        "severity": said["severity"] if said["level"] == value else min(most, max(least, said["severity"])),
        "lane": "emergency" if is_new_emergency else said["lane"],
    }


def _locked(mention_id: int) -> Mention:
    mention = Mention.objects.select_for_update(of=("self",)).filter(pk=mention_id).first()
    if mention is None or mention.is_gone:
        raise Refused("This post was removed at its source: there is nothing left to read.")
    return mention


def _refuse_lowering(mention: Mention, changes: dict[str, Any], may_lower: bool) -> None:
    # P0 is the gravest: a later letter is a lower level.
    if mention.lane in SAFETY and changes.get("level", "P0") > mention.level and not may_lower:
        raise Refused("Only those who work on cases may lower the level of a post about somebody's safety.")


def _show(mention: Mention, changes: dict[str, Any], set_by_people: set[str], number: int) -> None:
    is_pressing = changes.get("level") in MUST_NOT_WAIT
    if is_pressing:
        # What a person finds pressing is about us, whatever was left out before.
        changes = {**changes, "processed_at": None, "route_attempts": 0, "exclusion": None}
    Mention.objects.filter(pk=mention.pk).update(
        set_by_people=sorted(set_by_people), wall_seq=number, **changes
    )
    ids, urgent_ids = [mention.pk], [mention.pk] if is_pressing else []
    # Robust: a listener's fault is for its own sweep to mend.
    ring = partial(mentions_stored.send_robust, sender=Mention, ids=ids, urgent_ids=urgent_ids)
    transaction.on_commit(ring)
