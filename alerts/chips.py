"""What a card says of operations: "ED wait 4 h 10 now", where its mention is tied to a tile in trouble."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts import signs as signs_of
from alerts.models import OperationsCursor, OperationsLink, OperationsSign
from alerts.tilelinks import LEFT_OUT
from listening.models import Mention


@dataclass(frozen=True)
class Chip:
    text: str
    said_at: datetime
    link_id: int


def for_mentions(mentions: Collection[Mention], now: datetime) -> dict[int, Chip]:
    """Of those that have one. One query where no tile is in trouble, three where one is."""
    links = [link for link in OperationsLink.objects.standing().select_related("service") if link.is_so(now)]
    if not links or not mentions:
        return {}
    kinds = _kinds(mentions)
    found: dict[int, Chip] = {}
    for mention in mentions:
        fitting = [] if mention.lane in LEFT_OUT else kinds.get(mention.pk, [])
        for kind in fitting:
            link = explaining(links, kind, mention.facility_id, mention.published_at)
            if link is not None:
                found.setdefault(mention.pk, chip(link))
    return found


def _kinds(mentions: Collection[Mention]) -> dict[int, list[str]]:
    """By mention, what it speaks of. One that came this moment is read here: its signs are not there yet."""
    kinds: dict[int, list[str]] = defaultdict(list)
    signs = OperationsSign.objects.filter(mention__in=[mention.pk for mention in mentions])
    for mention_id, kind in signs.order_by("pk").values_list("mention_id", "kind"):
        kinds[mention_id].append(kind)
    upto = OperationsCursor.objects.values_list("seq", flat=True).first() or 0
    for mention in mentions:
        if mention.wall_seq > upto:
            kinds[mention.pk] = [each.kind for each in signs_of.said(mention)]
    return kinds


def explaining(
    links: Iterable[OperationsLink], kind: str, facility_id: int | None, published_at: datetime
) -> OperationsLink | None:
    """The link that explains such a mention; of several, that of its own facility. Pure."""
    fitting = [
        link
        for link in links
        if link.service.kind == kind
        and link.service.facility_id in (None, facility_id)
        and published_at >= link.counts_from
    ]
    return min(fitting, key=lambda link: (link.service.facility_id is None, link.pk), default=None)


def chip(link: OperationsLink) -> Chip:
    return Chip(f"{words(link.service.get_kind_display(), link.said)} now", link.said_at, link.pk)


def words(kind: str, said: str) -> str:
    """ "ED wait 4 h 10", "Portal down", and "On divert" but not "Divert on divert". Pure."""
    if kind.lower() in said.lower():
        return said
    return f"{kind} {said[:1].lower()}{said[1:]}"
