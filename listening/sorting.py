"""What is to become of each post of a page: dropped, left as it is, read and stored, or set aside."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from listening import facilities, kin, readers, removal, threads, watchlists
from listening.care import STOPPED_THE_READER, Care
from listening.intake import (
    UNREADABLE,
    Arrival,
    Known,
    Listener,
    Refused,
    accept,
    once_each,
    refused,
    unread_id,
)
from listening.models import Mention, Source
from listening.reading.analysis import ToRead
from listening.reading.namesakes import NOBODY, Ours
from listening.reading.sentiment import Names
from listening.sources.contract import Page, Post, Unreadable
from listening.storing import Read, Sorted

Clock = Callable[[], datetime]

WRITTEN_TO_US = ("review", "letter")


def listener_for(source: Source, *, takes_all: bool = False) -> Listener:
    watched, named = watchlists.current(), facilities.current()
    (names, ours), reader = names_for(watched, named), readers.current()
    return Listener(source, watched, named, names, reader, ours, takes_all=takes_all)


_kept_names: tuple[object, object, tuple[Names, Ours]] | None = None


def names_for(watched: watchlists.Watched, named: facilities.Facilities) -> tuple[Names, Ours]:
    """The names to blank out, and ours: built once for the watchlists and facilities as they stand."""
    global _kept_names
    if _kept_names is None or _kept_names[0] is not watched or _kept_names[1] is not named:
        ours = Ours(watched.names(named.plain), handles=named.handles, cities=named.cities)
        _kept_names = (watched, named, (Names(watched.names(named.words)), ours))
    return _kept_names[2]


def sort(page: Page, listener: Listener, care: Care, clock: Clock) -> Sorted:
    """Decide what is to become of each post, and read those that are new or changed."""
    result = Sorted(refused=[_unreadable(item) for item in page.unreadable], dropped=page.passed)
    result.removed += [known for begins in page.gone for known in _all_of(listener.source, begins)]
    care.look_at(page.posts, clock())
    accepted = list(_accepted(page.posts, listener, care, clock, result))
    arrivals = once_each(accepted)
    result.unchanged += len(accepted) - len(arrivals)
    known = kin.known(listener.source, (arrival.post.external_id for arrival in arrivals))
    threads_of = _threads(arrivals, listener)
    for arrival in arrivals:
        thread = threads_of.get((listener.source.pk, arrival.post.parent_id), ())
        stored = known.get(arrival.post.external_id, ())
        place = listener.place_of(arrival) if stored and stored[0].is_kins else None
        met = kin.chosen(stored, arrival, place)
        if met and met.is_kins:
            result.heard_at = max(result.heard_at or arrival.published_at, arrival.published_at)
        if met and place and kin.is_unplaced(met) and not arrival.post.is_removed:
            result.placed.append((met.mention_id, place))
        else:
            _sort_one(arrival, met, thread, listener, care, clock, result)
    return result


def _threads(arrivals: Sequence[Arrival], listener: Listener) -> dict[threads.Key, tuple[str, ...]]:
    """What each answers, as far as it is stored or will be: a post that no query finds is no part of it."""
    source_id = listener.source.pk
    kept = [each.post for each in arrivals if listener.wants(each.post, each.hits)]
    beside = {
        (source_id, post.external_id): threads.Said(threads.words(post.title, post.text), post.parent_id)
        for post in kept
    }
    return threads.before([(source_id, post.parent_id) for post in kept], beside)


def _accepted(
    posts: Iterable[Post], listener: Listener, care: Care, clock: Clock, result: Sorted
) -> Iterable[Arrival]:
    for post in posts:
        if care.is_killer(post):
            result.refused.append(refused(post, STOPPED_THE_READER))
            continue
        try:
            care.before(post.external_id, clock())
            yield accept(post, listener, clock())
        except UNREADABLE as error:
            result.refused.append(refused(post, _reason(error)))


def _sort_one(
    arrival: Arrival,
    known: Known | None,
    thread: tuple[str, ...],
    listener: Listener,
    care: Care,
    clock: Clock,
    result: Sorted,
) -> None:
    post = arrival.post
    if known and post.is_removed:
        result.removed += [] if known.is_gone else [known]
        result.unchanged += known.is_gone
    elif known and _says_nothing_new(known, arrival, listener):
        result.unchanged += 1
    elif known is None and not listener.wants(post, arrival.hits):
        result.dropped += 1
    else:
        try:
            care.before(post.external_id, clock())
            result.read.append(_read(arrival, known, thread, listener))
        except UNREADABLE as error:
            result.refused.append(refused(post, _reason(error)))


def _says_nothing_new(known: Known, arrival: Arrival, listener: Listener) -> bool:
    is_same = known.content_hash == arrival.content_hash and not known.is_gone
    is_for_good = removal.is_for_good(known.content_hash)
    return is_same or is_for_good or kin.is_duplicate(known, listener.source.kind, arrival)


def _read(arrival: Arrival, known: Known | None, thread: tuple[str, ...], listener: Listener) -> Read:
    reading = listener.reader.read(to_read(arrival, listener, thread))
    return Read(
        arrival,
        reading,
        listener.place_of(arrival),
        known,
        is_history=listener.is_history(arrival),
        reader_version=listener.reader.version,
    )


def to_read(arrival: Arrival, listener: Listener, thread: tuple[str, ...] = ()) -> ToRead:
    post = arrival.post
    return ToRead(
        post.text,
        title=post.title,
        rating=post.rating,
        language=post.language,
        network=arrival.network,
        thread=thread,
        names=listener.names,
        ours=NOBODY if post.facility_hint else _doubting(post.kind, listener.ours),
    )


def to_read_again(mention: Mention, names: Names, ours: Ours, thread: tuple[str, ...] = ()) -> ToRead:
    """A stored mention as a poll would read it. Its language is kept: what the network said of it is not."""
    return ToRead(
        mention.text,
        title=mention.title,
        rating=mention.rating,
        language=mention.language,
        network=mention.network,
        thread=thread,
        names=names,
        ours=_doubting(mention.kind, ours),
    )


def _doubting(kind: str, ours: Ours) -> Ours:
    """The names that may belong to another; a review or a letter came to us, whatever it says."""
    return NOBODY if kind in WRITTEN_TO_US else ours


def _reason(error: Exception) -> str:
    return f"It could not be read: {str(error) or type(error).__name__}"


def _unreadable(item: Unreadable) -> Refused:
    return Refused(item.external_id or unread_id(item.raw), item.raw, item.reason)


def _all_of(source: Source, begins: str) -> list[Known]:
    """All that is stored of an author who is gone, voices of staff included: their ids name the author."""
    here = Mention.objects.filter(source__in=kin.pks(source), is_gone=False)
    stored = here.filter(external_id__startswith=begins)
    return [Known(*row) for row in stored.values_list("pk", "content_hash", "is_gone")]
