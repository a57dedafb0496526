"""Which column of a file is which of ours, and how it writes its dates: guessed, for a person to correct."""

import re
from collections.abc import Iterable, Mapping, Sequence

OURS: dict[str, str] = {
    "text": "Text",
    "title": "Title",
    "published_at": "Date",
    "rating": "Stars",
    "author": "Written by",
    "facility": "Facility",
    "network": "Where it was written",
    "url": "Link",
    "external_id": "Its own number",
}
"""What a row may hold, and how it is called on screen."""

KNOWN: dict[str, str] = {
    "text": (
        "text review reviewtext reviewbody body comment comments content message feedback "
        "description letter words texto comentario opinion"
    ),
    "title": "title headline subject reviewtitle titulo asunto",
    "published_at": (
        "publishedat published date datepublished reviewdate created createdat createtime time "
        "timestamp posted postedat received datereceived when fecha"
    ),
    "rating": "rating stars score starrating ratingvalue overallrating overall estrellas puntuacion",
    "author": (
        "author authorname reviewer reviewername user username name handle from writtenby autor nombre"
    ),
    "facility": ("facility location locationname hospital clinic store storecode place campus branch centro"),
    "network": "network source site platform channel origin",
    "url": "url link permalink reviewurl address enlace",
    "external_id": "externalid id reviewid number reference ref uuid tweetid postid",
}
"""What their columns may be called, the likeliest first, without spaces and signs."""

SLASHED = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b[ ,T]*(.*)\Z", re.DOTALL)


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """Our name of each column that can be told, and the file's own. Each of theirs is used once."""
    plain = {column: _plain(column) for column in columns}
    taken: dict[str, str] = {}
    for ours, known in KNOWN.items():
        words = known.split()
        fitting = [column for column in columns if plain[column] in words and column not in taken.values()]
        if fitting:
            taken[ours] = min(fitting, key=lambda column: words.index(plain[column]))
    return taken


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", column).casefold()


def order_of_dates(values: Iterable[object]) -> str:
    """`dmy` or `mdy` where one date shows it (no month is the 28th), else empty."""
    orders = {found for value in values if (found := _order(value))}
    return orders.pop() if len(orders) == 1 else ""


def _order(value: object) -> str:
    found = SLASHED.match(value) if isinstance(value, str) else None
    first, second = (int(found[1]), int(found[3])) if found else (0, 0)
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else ""


def is_slashed(value: object) -> bool:
    return isinstance(value, str) and SLASHED.match(value) is not None


def as_iso(value: object, order: str) -> object:
    """A date with its day and month in that order, as it is read everywhere; anything else as it was."""
    found = SLASHED.match(value) if isinstance(value, str) and order else None
    if found is None:
        return value
    day, month = (found[1], found[3]) if order == "dmy" else (found[3], found[1])
    clock = found[5].strip()
    return f"{found[4]}-{int(month):02}-{int(day):02}{' ' + _clock(clock) if clock else ''}"


def _clock(said: str) -> str:
    """9:05 PM as 21:05."""
    found = re.match(r"(\d{1,2}):(\d\d)(:\d\d)?\s*([AaPp])\.?[Mm]\.?\Z", said)
    if found is None:
        return re.sub(r"\A(\d):", r"0\1:", said)
    hour = int(found[1]) % 12 + (12 if found[4] in "pP" else 0)
    return f"{hour:02}:{found[2]}{found[3] or ''}"


def chosen(given: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """What a person chose, as far as it is there."""
    return {ours: given[ours] for ours in OURS if given.get(ours) in columns}
