"""Files that are dropped: `<drop>/<feed>/<any name>.csv`.

1. look     a file counts as whole when two looks find the same size and time of change, so that it may be
            written at leisure, or under another ending and then renamed
2. take     it is renamed into `taken/`, which only one of us can do
3. read     its reports are stored as any others
4. put by   into `done/`, or into `refused/` with a text file of the reasons where any line was refused

A file left in `taken/` by one who was stopped is read again: what is stored is not stored twice.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from hospital.feeds import sheet, taking
from hospital.feeds.schema import Unreadable
from hospital.models import Feed
from hospital.reporting import Outcome

logger = logging.getLogger(__name__)

LEFT_AFTER = timedelta(minutes=2)
MOST_AT_ONCE = 50
TAKEN, DONE, REFUSED = "taken", "done", "refused"


def sweep(root: Path, now: datetime) -> list[Outcome]:
    """Look into the folder of every feed of files. One that cannot be read is said on its feed's page."""
    outcomes: list[Outcome] = []
    for feed in Feed.objects.filter(kind=Feed.Kind.DROPPED, is_active=True):
        folder = root / feed.slug
        try:
            for name in (TAKEN, DONE, REFUSED):
                (folder / name).mkdir(parents=True, exist_ok=True)
            outcomes += [_read(feed, path, now) for path in _taken(feed, folder, now)]
        except OSError as error:
            words = f"Its folder cannot be used: {error.strerror or 'unknown error'}."
            logger.warning("feed %s: the drop cannot be used: %s", feed.pk, type(error).__name__)
            Feed.objects.filter(pk=feed.pk).update(last_error=words[:300])
    return outcomes


def take_file(feed: Feed, content: bytes, name: str, now: datetime) -> Outcome:
    """A file from the drop or from a person's hand."""
    try:
        entries = sheet.entries(content, timezone.get_default_timezone())
    except Unreadable as error:
        return taking.refuse(feed, str(error), now, name=name)
    return taking.take(feed, entries, now, name=name)


def _taken(feed: Feed, folder: Path, now: datetime) -> Iterator[Path]:
    """Files that are ours now: what is whole, and what somebody left behind."""
    seen = {path.name: _look(path) for path in sorted(folder.glob("*.csv"))[:MOST_AT_ONCE]}
    looks = {name: look for name, look in seen.items() if look is not None}
    whole = [name for name, look in looks.items() if feed.looks.get(name) == look]
    waiting = {name: look for name, look in looks.items() if name not in whole}
    if waiting != feed.looks:
        Feed.objects.filter(pk=feed.pk).update(looks=waiting)
    for path in sorted((folder / TAKEN).iterdir()):
        if now.timestamp() - path.lstat().st_mtime > LEFT_AFTER.total_seconds():
            yield path
    for name in whole:
        target = folder / TAKEN / f"{now:%Y%m%dT%H%M%S}-{name}"
        # Somebody else may have been first.
        with suppress(FileNotFoundError):
            (folder / name).rename(target)
            os.utime(target, (now.timestamp(), now.timestamp()))
            yield target


def _look(path: Path) -> list[int] | None:
    """Size and time of change of a plain file; nothing else is taken, a link least of all."""
    with suppress(FileNotFoundError):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            return [status.st_size, status.st_mtime_ns]
    return None


def _read(feed: Feed, path: Path, now: datetime) -> Outcome:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        content = file.read(sheet.MOST_BYTES + 1)
    outcome = take_file(feed, content, path.name, now)
    folder = path.parent.parent
    if outcome.wrong:
        reasons = "".join(f"{wrong}\n" for wrong in outcome.wrong)
        said = f"{outcome.stored} stored, {outcome.known} known, {len(outcome.wrong)} refused:\n{reasons}"
        (folder / REFUSED / f"{path.name}.reasons.txt").write_text(said, encoding="utf-8", errors="replace")
    path.rename(folder / (REFUSED if outcome.wrong else DONE) / path.name)
    return outcome
