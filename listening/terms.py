"""The rules of networks, obeyed. Nothing else in the product reads them.

| rule            | obeyed                                                                        |
|-----------------|-------------------------------------------------------------------------------|
| may_store_text  | `kept`, when a mention is written: its words are read, and not stored;        |
|                 | `may_wait`, when more comes than is stored at once                            |
| may_export      | `exportable`: whatever leaves as a file asks it                               |
| keep_for        | `erase_old`, a sweep: words go after it, what was done about them stays       |
| erase_within    | `slowest`: no lookup may be put off for longer                                |
| attribution     | `attribution`, on every card, beside the name that we gave the source          |
| recheck_every   | `recheck_at`: when a stored post is to be looked up again, by it or its kin   |

A post whose words may not be stored is also never read again: there is nothing to read.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from listening import removal
from listening.models import Mention
from listening.models.mention import MentionQuerySet
from listening.sources import adapters
from listening.sources.contract import Rechecks
from listening.sources.sheet import Terms

BATCH = 500
YOUNG, YOUNG_AND_PAID = timedelta(days=30), timedelta(days=2)
"""Until then a post is looked up as often as its network asks; an older one after ever longer times."""

UNRULED = Terms()


def _of(kind: str) -> Terms:
    adapter = adapters().get(kind)
    return adapter.sheet.terms if adapter else UNRULED


def kept(kind: str, title: str, text: str) -> tuple[str, str]:
    """What may be stored of a post's words."""
    return (title, text) if _of(kind).may_store_text else ("", "")


def may_wait(kind: str) -> bool:
    """Whether a page of it may be put by until it is stored: its words are kept so long."""
    return _of(kind).may_store_text


def attribution(kind: str) -> str:
    """Whose name must stand beside what it shows; nothing where it asks for none."""
    adapter = adapters().get(kind)
    return adapter.attribution if adapter else ""


def wordless(kind: str) -> str:
    """Why a card has no words."""
    kept_here = _of(kind).may_store_text
    return "No words, only stars." if kept_here else "Its words stay at its network. Open it there."


def unstored_kinds() -> list[str]:
    """Networks whose words are not kept."""
    return [kind for kind in adapters() if not _of(kind).may_store_text]


def exportable(mentions: MentionQuerySet) -> MentionQuerySet:
    """Those that may leave in a file."""
    barred = [kind for kind in adapters() if not (_of(kind).may_export and _of(kind).may_store_text)]
    return mentions.filter(is_gone=False).exclude(source__kind__in=barred)


def recheck_at(kind: str, published_at: datetime, now: datetime) -> datetime | None:
    """When a post is next looked up; None where its network cannot be asked."""
    every = _of(kind).recheck_every
    if every is None:
        return None
    # What has stood for long will most likely stand tomorrow.
    beyond = now - published_at - (YOUNG_AND_PAID if _is_paid(kind) else YOUNG)
    return now + max(every, beyond / 2)


def _is_paid(kind: str) -> bool:
    syntax = adapters()[kind].syntax
    return syntax is not None and bool(syntax.dollars_per_post)


def slowest(kind: str) -> timedelta:
    """How late what is due may be looked up at the most."""
    return _of(kind).erase_within


def erase_old(now: datetime) -> int:
    """Words that were kept as long as they may be; some at a time."""
    return sum(_erase_old(kind, now) for kind in adapters() if _of(kind).keep_for is not None)


@transaction.atomic
def _erase_old(kind: str, now: datetime) -> int:
    keep_for = _of(kind).keep_for
    assert keep_for is not None  # noqa: S101  its caller looked
    old = Mention.objects.filter(source__kind=kind, is_gone=False, published_at__lt=now - keep_for)
    ids = list(old.order_by("published_at").values_list("pk", flat=True)[:BATCH])
    return len(removal.erase(ids, for_good=True))


def words(kind: str) -> str:
    """The rules in a sentence or two, for the catalogue."""
    return " ".join(_words(_of(kind), is_asked=isinstance(adapters().get(kind), Rechecks)))


def _words(terms: Terms, *, is_asked: bool) -> Iterable[str]:
    if not terms.may_store_text:
        yield "Its words are read and not stored; a card links to them."
    elif not terms.may_export:
        yield "Not in any export."
    if terms.keep_for is not None:
        yield f"Erased after {_days(terms.keep_for)}."
    if terms.recheck_every is not None and not is_asked:
        yield "Posts are looked up again where another source of this network can; deleted ones are erased."
    elif terms.recheck_every is not None:
        every = _days(terms.recheck_every)
        yield f"Posts are looked up again, at first every {every}; deleted ones are erased here."
    else:
        yield "It cannot be asked about single posts; what it still lists as deleted is erased here."


def _days(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    if hours % 24:
        return "hour" if hours == 1 else f"{hours} hours"
    return "day" if hours == 24 else f"{hours // 24} days"
