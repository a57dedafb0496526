"""“Not about us”, before it is kept: what can be left out at a post, and what else would go with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from django.contrib.auth.models import User

from listening import exclusions
from listening.blocks import Blocks, site_of
from listening.exclusions import Stored
from listening.labels import Refused
from listening.models import Exclusion, Mention, Query
from listening.models.mention import NEVER_EXCLUDED
from listening.queries.mistakes import BadExpression
from listening.queries.parsing import parse

Kind = Exclusion.Kind
DAYS, MOST_DAYS = 30, 90
"""How long a person is left out, and how long at most."""

LONGEST = 120
SECONDS = 1.8
SAMPLES = 20
WIDEST = 0.25
"""Of all that was looked at, what one exclusion may leave out; more is no exception but a wrong watchlist."""

FEW = 40
"""Fewer than this may always be left out: they were shown."""

AROUND = 2
"""Words before and after what was found that a suggested phrase takes in."""


@dataclass(frozen=True)
class Wish:
    """What a person asks to leave out, as it was typed."""

    kind: str
    words: str = ""  # of a phrase, or a context term
    query_id: int | None = None  # beside which a context term counts
    is_everywhere: bool = True
    reason: str = ""
    days: int = DAYS

    @property
    def key(self) -> str:
        """What was shown is what is kept: the form sends this back."""
        said = (self.kind, self.words, self.query_id, self.is_everywhere)
        return sha256(repr(said).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass
class Trial:
    """What an exclusion would do to stored mentions, newest first, as far as there was time to look."""

    looked_at: int = 0
    found: int = 0
    kept_for_safety: int = 0
    is_whole: bool = True
    sample_ids: list[int] = field(default_factory=list)

    @property
    def removed(self) -> int:
        return self.found - self.kept_for_safety


def kinds(mention: Mention) -> list[str]:
    """What can be left out at this post."""
    offered: list[str] = [Kind.PHRASE]
    if queries_of(mention):
        offered.append(Kind.CONTEXT)
    if mention.kind == "article" and site_of(mention.url):
        offered.append(Kind.SITE)
    if mention.author_id:
        offered.append(Kind.AUTHOR)
    return offered


def queries_of(mention: Mention) -> list[Query]:
    """Those that found it, and are asked still."""
    found = Query.objects.filter(match__mention=mention, is_active=True)
    return list(found.select_related("watchlist").order_by("pk"))


def suggestion(mention: Mention) -> str:
    """The words that were found, with those around them; never a part of what identifies somebody."""
    spans = [(start, end) for match in mention.matches.all() for start, end in match.spans]
    if not spans:
        return ""
    start, end = min(spans)
    hidden = [(one, other) for _, one, other in mention.identifiers.get("text", ())]
    before = max([0, *(other for _, other in hidden if other <= start)])
    after = min([len(mention.text), *(one for one, _ in hidden if one >= end)])
    if any(one < end and start < other for one, other in hidden):
        return ""
    lead = mention.text[max(before, start - 60) : start].split()[-AROUND:]
    tail = mention.text[end : min(after, end + 60)].split()[:AROUND]
    return _plain(" ".join([*lead, mention.text[start:end], *tail]))[:LONGEST]


def draft(wish: Wish, mention: Mention, *, by: User, at: datetime) -> Exclusion:
    """The exclusion that is asked for, not kept yet. Refused says why there can be none."""
    if wish.kind not in kinds(mention):
        raise Refused("Choose one of those that are offered.")
    made = Exclusion(
        kind=wish.kind,
        facility=None if wish.is_everywhere else mention.facility,
        reason=" ".join(wish.reason.split())[:300],
        by=by,
        at=at,
    )
    if wish.kind == Kind.AUTHOR:
        made.author = mention.author
        made.until = at + timedelta(days=min(max(1, wish.days), MOST_DAYS))
    elif wish.kind == Kind.SITE:
        made.site = site_of(mention.url)
    else:
        made.expression = _expression(wish, mention)
        if Blocks.of([exclusions.block_of(made)]).block(exclusions.seen(mention)) is None:
            raise Refused("This post itself does not hold these words. Copy them from its text.")
    return made


def check_reason(made: Exclusion) -> None:
    if made.kind == Kind.AUTHOR and len(made.reason) < 10:
        raise Refused("Say in a sentence why this person is left out: somebody may ask later.")


def _expression(wish: Wish, mention: Mention) -> str:
    words = _plain(wish.words)[:LONGEST]
    if not words:
        raise Refused("Write the words that tell that it is not about us.")
    expression = f'"{words}"'
    if wish.kind == Kind.CONTEXT:
        query = next((each for each in queries_of(mention) if each.pk == wish.query_id), None)
        if query is None:
            raise Refused("Choose the query that found it.")
        expression = f"({query.expression}) AND {expression}"
    try:
        parse(expression)
    except BadExpression as error:
        raise Refused(f"These words cannot be looked for. {error}") from None
    if wish.kind == Kind.PHRASE and len(words) < 4:
        raise Refused("So few letters stand in too many posts. Take more of the words around them.")
    return expression


def _plain(words: str) -> str:
    """Without quotes, which would end the phrase, and without what no eye sees."""
    kept = "".join(" " if letter in '"“”„«»' or not letter.isprintable() else letter for letter in words)
    return " ".join(kept.split())


def trial(
    made: Exclusion,
    *,
    facility_ids: frozenset[int] | None,
    timer: Callable[[], float] = monotonic,
) -> Trial:
    """Try a draft on stored mentions within reach. Nothing is written."""
    blocks = Blocks.of([exclusions.block_of(made)])
    told, ends_at = Trial(), timer() + SECONDS
    mentions = exclusions.candidates(made).filter(exclusion__isnull=True)
    if facility_ids is not None:
        mentions = mentions.filter(facility_id__in=facility_ids)
    for chunk in exclusions.chunks(mentions):
        _count(told, [each for each in chunk if blocks.block(each.seen) is not None])
        told.looked_at += len(chunk)
        if timer() >= ends_at and len(chunk) == exclusions.CHUNK:
            told.is_whole = False
            break
    return told


def _count(told: Trial, found: Sequence[Stored]) -> None:
    told.found += len(found)
    told.kept_for_safety += sum(each.lane in NEVER_EXCLUDED for each in found)
    wanted = SAMPLES - len(told.sample_ids)
    told.sample_ids += [each.pk for each in found[:wanted]] if wanted > 0 else []


def check_width(made: Exclusion, told: Trial) -> None:
    """Refused where it would leave out so much that a watchlist is to be mended instead."""
    if made.kind == Kind.AUTHOR or told.removed <= FEW:
        return
    stored = Mention.objects.unrestricted().there().count() if made.kind == Kind.SITE else told.looked_at
    if stored and told.removed / stored > WIDEST:
        share = round(100 * told.removed / stored)
        raise Refused(
            f"This would leave out {told.removed:,} posts, {share} % of what was looked at. "
            "So wide an exception is a watchlist that finds the wrong thing: change its queries instead."
        )
