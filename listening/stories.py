"""Stories as people shape them: put two together, take a mention out, undo it.

Each verb takes the wall's order first, as every writer of stories does, and writes one StoryMove with all it
takes to undo it. What a person decided no machine changes: `joining` gives a story only to a mention that has
none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Left

from hospital import audit
from listening import joining, wall_sequence
from listening.models import Likeness, Mention, Story, StoryMove
from listening.models.mention import MentionQuerySet
from listening.reading import sameness

NEAR_IN_TIME = timedelta(days=3)
LOOKED_AT = 300  # mentions near in time that are compared
MOST_RENEWED = 200  # cards that are shown anew on open walls
CLOSE_ENOUGH = 0.3


class Refused(ValueError):
    """Why a story stays as it is, in words for whoever asked."""


@transaction.atomic
def of(mention: Mention) -> Story:
    """The mention's story; one of its own where it stands alone."""
    wall_sequence.take(1)
    found = Mention.objects.select_related("story").get(pk=mention.pk)
    return found.story or _begun_by(found)


@transaction.atomic
def merge(story: Story, other: Story, *, by: AbstractBaseUser, at: datetime) -> StoryMove:
    """All of the other's mentions become this story's."""
    wall_sequence.take(1)
    story, other = _now(story), _now(other)
    if story.pk == other.pk:
        raise Refused("It is this story already.")
    if not story.count or not other.count:
        raise Refused("One of the two was put together with another meanwhile.")
    if len({story.facility_id, other.facility_id} - {None}) > 1:
        raise Refused("They are about two facilities: such stories stay apart.")
    ids = list(other.mentions.order_by("published_at", "pk").values_list("pk", flat=True))
    return _moved(StoryMove.Kind.MERGE, other, story, ids, by=by, at=at)


@transaction.atomic
def split(mention: Mention, *, by: AbstractBaseUser, at: datetime) -> StoryMove:
    """The mention becomes a story of its own, which later mentions may join."""
    wall_sequence.take(1)
    found = Mention.objects.select_related("story").get(pk=mention.pk)
    story = found.story
    if story is None or story.count < 2:
        raise Refused("It stands alone already.")
    own = _begun_by(found)
    move = _moved(StoryMove.Kind.SPLIT, story, own, [found.pk], by=by, at=at)
    _find_under_own_words([found, _now(story).headline], at)
    return move


@transaction.atomic
def undo(move: StoryMove, *, by: AbstractBaseUser, at: datetime) -> StoryMove:
    """Put back what stands where the move put it."""
    wall_sequence.take(1)
    move = StoryMove.objects.get(pk=move.pk)
    if move.undone_at:
        raise Refused("It was undone already.")
    if later_than(move).exists():
        raise Refused("The story was changed again after that: undo the later change first.")
    _put(move.mention_ids, move.entered, move.left)
    move.undone_at, move.undone_by_id = at, by.pk
    move.save(update_fields=["undone_at", "undone_by"])
    audit.record("story-undo", f"story {move.left_id}", by=by, at=at, move=move.pk)
    return move


def later_than(move: StoryMove) -> QuerySet[StoryMove]:
    both = [move.left_id, move.entered_id]
    later = StoryMove.objects.filter(pk__gt=move.pk, undone_at__isnull=True)
    return later.filter(Q(left__in=both) | Q(entered__in=both))


def _now(story: Story) -> Story:
    return Story.objects.select_related("headline").get(pk=story.pk)


def _begun_by(mention: Mention) -> Story:
    """A story of one; the mention is not yet taken out of where it was."""
    story = Story.objects.create(
        facility_id=mention.facility_id,
        headline=mention,
        first_seen_at=mention.published_at,
        last_seen_at=mention.published_at,
        count=1,
    )
    if mention.story_id is None:
        Mention.objects.filter(pk=mention.pk).update(story=story)
    return story


def _moved(
    kind: StoryMove.Kind, left: Story, entered: Story, ids: list[int], *, by: AbstractBaseUser, at: datetime
) -> StoryMove:
    move = StoryMove.objects.create(
        kind=kind, left=left, entered=entered, mention_ids=ids, by_id=by.pk, at=at
    )
    _put(ids, left, entered)
    audit.record(
        f"story-{kind}", f"story {left.pk}", by=by, at=at, into=entered.pk, mentions=len(ids), move=move.pk
    )
    return move


def _put(mention_ids: Sequence[int], left: Story, entered: Story) -> None:
    here = Mention.objects.filter(pk__in=mention_ids, story=left)
    moved = list(here.order_by("-published_at").values_list("pk", flat=True))
    Mention.objects.filter(pk__in=moved).update(story=entered)
    for story in (left, entered):
        _recount(story)
    headlines = (_now(left).headline_id, _now(entered).headline_id)
    _renew([pk for pk in (*headlines, *moved[:MOST_RENEWED]) if pk is not None])


def withdraw(mention: Mention) -> None:
    """What is restricted stands in no story and begins none. Call it under the lock of the wall's order."""
    Likeness.objects.filter(mention_id=mention.pk).delete()
    story = Story.objects.filter(mentions=mention.pk).first()
    if story is not None:
        Mention.objects.filter(pk=mention.pk).update(story=None)
        _recount(story)


def _recount(story: Story) -> None:
    held = Mention.objects.filter(story=story)
    found = held.aggregate(n=Count("pk"), first=Min("published_at"), last=Max("published_at"))
    oldest = held.order_by("is_gone", "published_at", "pk").first()
    placed = held.filter(facility__isnull=False).order_by("published_at", "pk").first()
    Story.objects.filter(pk=story.pk).update(
        count=found["n"],
        first_seen_at=found["first"] or story.first_seen_at,
        last_seen_at=found["last"] or story.last_seen_at,
        headline=oldest,
        # An empty one keeps its place, so that whoever emptied it may still find it and undo that.
        facility_id=placed.facility_id if placed else story.facility_id if not oldest else None,
    )


def _renew(mention_ids: Sequence[int]) -> None:
    """Cards on open walls whose mark has changed."""
    ids = list(dict.fromkeys(mention_ids))
    for pk, number in zip(ids, wall_sequence.take(len(ids)), strict=True):
        Mention.objects.filter(pk=pk).update(wall_seq=number)


def _find_under_own_words(mentions: Sequence[Mention | None], at: datetime) -> None:
    joining.remember(
        [
            joining.Fresh(each.pk, each.facility_id, each.published_at, said_by(each))
            for each in mentions
            if each is not None and not each.is_gone
        ],
        at,
    )


def said_by(mention: Mention) -> sameness.Said:
    text = getattr(mention, "excerpt", None) or mention.text
    return joining.said(text, mention.title, mention.kind, mention.url)


@dataclass(frozen=True)
class Candidate:
    """A mention that may belong to a story: alone, or the nearest of another story."""

    mention: Mention
    closeness: float

    @property
    def percent(self) -> int:
        return round(100 * self.closeness)


def candidates(story: Story, reachable: MentionQuerySet, *, limit: int = 8) -> list[Candidate]:
    """What is near in time and words, nearest first; of each other story one mention."""
    near = reachable.filter(
        Q(facility_id=story.facility_id) | Q(facility__isnull=True) if story.facility_id else Q(),
        is_gone=False,
        published_at__range=(story.first_seen_at - NEAR_IN_TIME, story.last_seen_at + NEAR_IN_TIME),
    ).exclude(story=story.pk)
    compared = near.defer("text").annotate(excerpt=Left("text", sameness.LOOKED_AT)).newest_first()
    if story.headline is None:
        return []
    own = said_by(story.headline)
    found = [
        Candidate(mention, sameness.closeness(own, said_by(mention)))
        for mention in compared.select_related("source", "facility", "story")[:LOOKED_AT]
    ]
    best: dict[object, Candidate] = {}
    for each in sorted(found, key=lambda each: -each.closeness):
        if each.closeness >= CLOSE_ENOUGH:
            best.setdefault(each.mention.story_id or f"alone {each.mention.pk}", each)
    return list(best.values())[:limit]
