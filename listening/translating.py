"""What each network would be asked for the lines of a watchlist, and what it would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Sum

from listening import connections
from listening.models import Poll, Source
from listening.queries.tree import Expression
from listening.sources import adapters
from listening.sources.contract import Adapter
from listening.sources.search import Syntax, Translated, Widening, translate

MONTH = timedelta(days=30)
DEMO = "What it would cost: this is a demo, and nothing is charged."


@dataclass(frozen=True)
class Sent:
    """What one network is asked, for all sources that read it."""

    adapter: Adapter
    sources: tuple[Source, ...]
    translated: Translated | None  # None where nothing can be asked: all is read, and matched here
    price: "Price | None" = None

    @property
    def longest(self) -> int:
        return max(map(len, self.translated.queries), default=0) if self.translated else 0


@dataclass(frozen=True)
class Price:
    """Paid posts a month. What a network sends and no query keeps is paid for as well."""

    kept: int  # that the archive has
    reads: int
    dollars: float
    note: str


def sent(
    expressions: Sequence[Expression],
    sources: Sequence[Source],
    prices: Mapping[str, Price] | None = None,
) -> list[Sent]:
    """By network, those that are searched first."""
    found = []
    for kind, some in groupby(sorted(sources, key=lambda source: source.kind), lambda source: source.kind):
        adapter = adapters().get(kind)
        if adapter is not None:
            asked = translate(expressions, adapter.syntax) if adapter.syntax else None
            found.append(Sent(adapter, tuple(some), asked, (prices or {}).get(kind)))
    return sorted(found, key=lambda each: (each.translated is None, each.adapter.label))


def paid(expressions: Sequence[Expression], sources: Sequence[Source]) -> dict[str, tuple[Expression, ...]]:
    """By kind of source that charges for what it sends: the queries as widely as it is asked them."""
    syntaxes = {source.kind: adapter.syntax for source in sources if (adapter := adapters().get(source.kind))}
    return {
        kind: tuple(wide for each in expressions if (wide := Widening(syntax).widest(each)[0]))
        for kind, syntax in syntaxes.items()
        if syntax is not None and syntax.dollars_per_post
    }


def prices(
    counted: Mapping[str, int], days: int, sources: Sequence[Source], now: datetime
) -> dict[str, Price]:
    """By kind, from how many mentions of the archive's last days would have been sent."""
    found = {}
    for kind in {source.kind for source in sources}:
        adapter = adapters().get(kind)
        if adapter is not None and adapter.syntax is not None and adapter.syntax.dollars_per_post:
            found[kind] = _price(adapter.syntax, kind, counted.get(kind, 0) * MONTH.days / days, now)
            here = [source for source in sources if source.kind == kind]
            if all(connections.is_sandbox(source.options) for source in here):
                found[kind] = replace(found[kind], note=f"{found[kind].note} {DEMO}".strip())
    return found


def _price(syntax: Syntax, kind: str, kept: float, now: datetime) -> Price:
    reads = round(kept * _sent_for_each_kept(kind, now))
    return Price(round(kept), reads, reads * syntax.dollars_per_post, syntax.price_note)


def _sent_for_each_kept(kind: str, now: datetime) -> float:
    """How many posts a network sent in the last month for each that some query kept."""
    polls = Poll.objects.filter(source__kind=kind, slot__gte=now - MONTH)
    account = polls.aggregate(fetched=Sum("fetched", default=0), dropped=Sum("dropped", default=0))
    kept = account["fetched"] - account["dropped"]
    return float(account["fetched"] / kept) if kept else 1.0
