"""How much of what a watchlist finds is what it is for: people judge twenty by lot, a month later again.

The share is given with its interval (Wilson's). Judgements count for the queries as they are now: a post that
they find no longer tells nothing of them. Of words that were added since it tells nothing either, so a sample
drawn before an edit says so.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction

from listening import exclusions
from listening.accuracy import wilson
from listening.labels import Refused
from listening.models import Match, Mention, Query, RelevanceItem, RelevanceSample, Watchlist
from listening.queries.matching import Matcher

SIZE = 20
ENOUGH = 10
"""With fewer answers than this no figure is given."""

FLOOR = 0.8
EVERY = timedelta(days=30)
POOLED = timedelta(days=90)
"""For single queries the answers of so long are taken together."""

MOST = 50_000
"""Of more mentions the newest are drawn from."""

Verdict = RelevanceItem.Verdict


@dataclass(frozen=True)
class Precision:
    """How many of those judged belong to what the watchlist is for. Pure."""

    yes: int = 0
    number: int = 0

    @property
    def is_enough(self) -> bool:
        return self.number >= ENOUGH

    @property
    def share(self) -> float:
        return self.yes / self.number if self.number else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.share, self.number)

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def low(self) -> int:
        return round(100 * self.interval[0])

    @property
    def high(self) -> int:
        return round(100 * self.interval[1])

    @property
    def is_under(self) -> bool:
        return self.is_enough and self.share < FLOOR

    @property
    def may_be_under(self) -> bool:
        """So few were judged that the share may be by luck alone."""
        return self.is_enough and not self.is_under and self.interval[0] < FLOOR

    @property
    def warning(self) -> str:
        """What the button that saves says; nothing where there is nothing to say."""
        if self.is_under:
            return f"precision is {self.percent} %, under 80 %"
        return "precision may be under 80 %" if self.may_be_under else ""

    @property
    def words(self) -> str:
        if not self.is_enough:
            return f"too few to judge: {self.number} of {ENOUGH} answered"
        return f"{self.percent} %, likely {self.low} to {self.high} %"


def of_answers(verdicts: Iterable[str]) -> Precision:
    """What cannot be told counts for neither side. Pure."""
    told = [verdict for verdict in verdicts if verdict in (Verdict.YES, Verdict.NO)]
    return Precision(yes=sum(verdict == Verdict.YES for verdict in told), number=len(told))


def newest(watchlist: Watchlist) -> RelevanceSample | None:
    return watchlist.relevance_samples.first()


def estimate(watchlist: Watchlist) -> Precision:
    """Of what its queries find now, by the newest sample."""
    sample = newest(watchlist)
    if sample is None:
        return Precision()
    found_by = _found_now(_active(watchlist), sample.items.answered())
    return of_answers(item.verdict for item, query_ids in found_by if query_ids)


def by_query(watchlist: Watchlist, now: datetime) -> list[tuple[Query, Precision]]:
    """For each query the answers of three months; the weakest first, those that too few tell of last."""
    items = RelevanceItem.objects.answered().filter(
        sample__watchlist=watchlist, sample__drawn_at__gt=now - POOLED
    )
    queries = list(_active(watchlist))
    rows = _found_now(queries, items)
    found = [
        (query, of_answers(item.verdict for item, query_ids in rows if query.pk in query_ids))
        for query in queries
    ]
    return sorted(found, key=lambda each: (not each[1].is_enough, each[1].share, each[0].pk))


def _found_now(
    queries: Iterable[Query], items: "models.QuerySet[RelevanceItem]"
) -> list[tuple[RelevanceItem, set[int]]]:
    """Judged posts, and which of these queries find them as they stand now.

    Of what was removed at its source no word is left: there it is as it was when it was drawn.
    """
    asked = {query.pk: query.expression for query in queries}
    matcher = Matcher(asked.items())
    related = items.select_related("mention__source", "mention__author", "mention__facility")
    return [
        (
            item,
            {hit.query_id for hit in matcher.find(exclusions.seen(item.mention).asked)}
            if not item.mention.is_gone
            else asked.keys() & set(item.query_ids),
        )
        for item in related
    ]


def is_due(watchlist: Watchlist, now: datetime) -> bool:
    """Whether it is time to judge it, for the first time or again."""
    if not watchlist.is_active:
        return False
    sample = newest(watchlist)
    since = sample.drawn_at if sample else watchlist.created_at
    if sample and sample.items.waiting().exists():
        return True
    return now - since >= (EVERY if sample else timedelta(days=1))


def has_changed_since(watchlist: Watchlist, sample: RelevanceSample) -> bool:
    return watchlist.versions.filter(at__gt=sample.drawn_at).exists()


@transaction.atomic
def draw(watchlist: Watchlist, now: datetime, *, by: AbstractBaseUser | None) -> RelevanceSample:
    """Twenty by lot of what it found in thirty days, or where that is too little of all it found."""
    Watchlist.objects.select_for_update(of=("self",)).get(pk=watchlist.pk)
    before = newest(watchlist)
    since, ids = _frame(watchlist, now)
    if not ids:
        raise Refused("It has found nothing yet. Posts are drawn once some are stored.")
    seen = set(before.items.values_list("mention_id", flat=True)) if before else set()
    fresh = [pk for pk in ids if pk not in seen]
    chosen = random.sample(fresh, SIZE) if len(fresh) >= SIZE else random.sample(ids, min(SIZE, len(ids)))
    made = RelevanceSample.objects.create(
        watchlist=watchlist, drawn_at=now, since=since, drawn_from=len(ids), by_id=by.pk if by else None
    )
    found_by = _found_by(watchlist, chosen)
    RelevanceItem.objects.bulk_create(
        RelevanceItem(sample=made, mention_id=pk, query_ids=found_by.get(pk, []), position=position)
        for position, pk in enumerate(chosen, 1)
    )
    return made


def _frame(watchlist: Watchlist, now: datetime) -> tuple[datetime, list[int]]:
    matched = Match.objects.filter(query__in=_active(watchlist)).values("mention_id")
    there = Mention.objects.unrestricted().there().filter(pk__in=matched).newest_first()
    since = now - EVERY
    recent = list(there.published_since(since).values_list("pk", flat=True)[:MOST])
    if len(recent) >= SIZE:
        return since, recent
    every = list(there.values_list("pk", "published_at")[:MOST])
    return (min(at for _, at in every) if every else since), [pk for pk, _ in every]


def _found_by(watchlist: Watchlist, mention_ids: Sequence[int]) -> dict[int, list[int]]:
    rows = Match.objects.filter(query__in=_active(watchlist), mention_id__in=mention_ids)
    found: dict[int, list[int]] = {}
    for mention_id, query_id in rows.order_by("query_id").values_list("mention_id", "query_id"):
        found.setdefault(mention_id, []).append(query_id)
    return found


def _active(watchlist: Watchlist) -> "models.QuerySet[Query]":
    return watchlist.queries.filter(is_active=True).order_by("pk")


def answer(item: RelevanceItem, verdict: str, *, by: AbstractBaseUser, at: datetime) -> None:
    """Whoever comes second is told."""
    if verdict not in Verdict.values:
        raise Refused("Choose one of those that are offered.")
    unanswered = RelevanceItem.objects.filter(pk=item.pk, verdict="")
    if not unanswered.update(verdict=verdict, by_id=by.pk, at=at):
        raise Refused("Somebody else has judged this one meanwhile.")


def take_back(item: RelevanceItem) -> None:
    """It is judged anew."""
    RelevanceItem.objects.filter(pk=item.pk).update(verdict="", by=None, at=None)
