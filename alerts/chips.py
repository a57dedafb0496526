"""What a card says of operations: "ED wait 4 h 10 now", where its mention is tied to a tile in trouble."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.models import OperationsLink, OperationsSign
from alerts.tilelinks import LEFT_OUT


@dataclass(frozen=True)
class Chip:
    text: str
    said_at: datetime
    link_id: int


def for_mentions(mention_ids: Collection[int], now: datetime) -> dict[int, Chip]:
    """Of those that have one. One query where no tile is in trouble, two where one is."""
    links = [link for link in OperationsLink.objects.standing().select_related("service") if link.is_so(now)]
    if not links or not mention_ids:
        return {}
    signs = OperationsSign.objects.filter(
        mention__in=mention_ids, kind__in={link.service.kind for link in links}
    )
    told = signs.exclude(mention__lane__in=LEFT_OUT).values_list(
        "mention_id", "kind", "mention__facility_id", "mention__published_at"
    )
    found: dict[int, Chip] = {}
    for mention_id, kind, facility_id, published_at in told:
        link = explaining(links, kind, facility_id, published_at)
        if link is not None:
            found.setdefault(mention_id, chip(link))
    return found


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
