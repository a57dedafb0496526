"""Letters, cards and reviews that people type in or send as a file: looked at first, then stored like a poll.

1. draft   keep what was sent; nothing of it is a mention yet
2. look    what would become of each row, as often as its columns are corrected
3. begin   owe it; a worker is rung
4. work    1,000 rows at a time, each a poll of its source, until the last; where each came from stands first

What was typed in was written to us, so it is kept whatever it says and may open a case however old it is.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from hospital import audit
from hospital.access import Permission, Reach
from hospital.models import Facility
from listening import importing, sorting, upload_columns, upload_preview, upload_rows
from listening.filerows import BadFile, File
from listening.importing import CannotImport, Survey
from listening.intake import EXTERNAL_ID_CHARACTERS, ImportedPost, Listener
from listening.models import Poll, Source, Upload, UploadRow
from listening.sorting import Clock
from listening.upload_rows import Item, Shape
from listening.wording import storable

logger = logging.getLogger(__name__)

SLICE = 1000
"""Rows of one task: well within its time on a slow machine."""

RUNG_AGAIN_AFTER = timedelta(seconds=20)
DRAFT_KEPT = timedelta(days=1)
MOST_ATTEMPTS = 3
COUNTED = ("inserted", "updated", "unchanged", "dropped", "quarantined")
STOPPED = "It was stopped three times at the same rows. What came before them is stored."


@transaction.atomic
def draft(
    body: bytes,
    *,
    file_name: str,
    came_from: str,
    facility: Facility | None,
    by: User,
    at: datetime,
) -> Upload:
    """Keep what was sent, with its columns guessed. BadFile where it cannot be read at all."""
    if not slugify(came_from):
        raise BadFile("Say where it came from, in words.")
    if len(body) > upload_rows.MOST_BYTES:
        raise BadFile("It is larger than 20 MB. Send it in parts.")
    lines = upload_rows.as_lines(body)
    with upload_rows.opened(lines, file_name) as file:
        columns = upload_columns.guessed(upload_rows.columns_of(file))
        dates = upload_rows.dates_of(file, columns.get("published_at", ""))
    made = Upload.objects.create(
        file_name=file_name[-200:],
        came_from=came_from[:80],
        body=lines,
        columns=columns,
        dates=dates,
        facility=facility,
        opens_cases=not file_name,
        by=by,
        created_at=at,
        moved_at=at,
    )
    audit.record("upload.draft", f"upload {made.pk}", by=by, at=at, file=file_name[-200:])
    return made


def look(upload: Upload, now: datetime) -> list[str]:
    """What would become of it, kept with it; the columns that can be chosen from."""
    with upload_rows.opened(bytes(upload.body), upload.file_name) as file:
        columns = upload_rows.columns_of(file)
        if not {"text", "title", "rating"} & set(upload.columns):
            found: dict[str, Any] = {"faults": [], "counts": {}}
        else:
            listener = _listener(upload, _source(upload) or _unsaved(upload), now)
            found = upload_preview.foresee(_items(upload, file), listener, now).as_found()
    rows = found["counts"].get("rows", 0)
    if rows > upload_rows.MOST_ROWS:
        raise BadFile(f"It has {rows:,} rows; {upload_rows.MOST_ROWS:,} are taken at once. Send it in parts.")
    upload.found, upload.rows = {**found, "columns": columns}, rows
    Upload.objects.filter(pk=upload.pk, state=Upload.State.DRAFT).update(found=upload.found, rows=rows)
    return columns


def reshape(
    upload: Upload,
    columns: Mapping[str, str],
    *,
    dates: str,
    facility: Facility | None,
    keeps_all: bool,
    opens_cases: bool,
) -> bool:
    """Read it by other columns from now on; False where it is being stored already."""
    known = upload_columns.chosen(columns, upload.found.get("columns", []))
    values: dict[str, Any] = {
        "columns": known,
        "dates": dates if dates in Upload.Dates.values else "",
        "facility": facility,
        "keeps_all": keeps_all,
        "opens_cases": opens_cases,
    }
    for name, value in values.items():
        setattr(upload, name, value)
    return bool(Upload.objects.filter(pk=upload.pk, state=Upload.State.DRAFT).update(**values))


@transaction.atomic
def begin(upload: Upload, *, by: User, at: datetime) -> bool:
    """Owe it to a worker. False where somebody was first; CannotImport where the name is taken."""
    source = importing.source_named(upload.came_from, at)
    seen = Upload.objects.filter(pk=upload.pk, state=Upload.State.DRAFT, rows__gt=0)
    if not seen.update(state=Upload.State.QUEUED, source=source, moved_at=at):
        return False
    detail = {"file": upload.file_name, "rows": upload.rows, "source": source.slug}
    audit.record("upload.begin", f"upload {upload.pk}", by=by, at=at, **detail)
    return True


@transaction.atomic
def drop(upload: Upload, *, by: User, at: datetime) -> bool:
    """Forget what was not stored."""
    gone, _ = Upload.objects.filter(pk=upload.pk, state=Upload.State.DRAFT).delete()
    if gone:
        audit.record("upload.drop", f"upload {upload.pk}", by=by, at=at)
    return bool(gone)


def work(upload_id: int, *, clock: Clock) -> bool:
    """The next rows of it; True where more are to come. Whoever else is at it is left alone."""
    upload = Upload.objects.filter(pk=upload_id, state=Upload.State.QUEUED).first()
    if upload is None or upload.source is None:
        return False
    if upload.attempts >= MOST_ATTEMPTS:
        _end(upload, Upload.State.FAILED, clock(), STOPPED)
        return False
    try:
        with upload_rows.opened(bytes(upload.body), upload.file_name) as file:
            found = importing.surveyed(item for _, item in _items(upload, file))
            part = list(islice(_items(upload, file), upload.done, upload.done + SLICE))
            _store(upload, upload.source, part, found, clock)
    except BadFile as error:
        _end(upload, Upload.State.FAILED, clock(), str(error))
        return False
    except CannotImport:
        return False  # another is being stored under the same name; the sweep rings again
    upload.refresh_from_db(fields=["done"])
    if upload.done < found.rows:
        return True
    _end(upload, Upload.State.DONE, clock())
    return False


def _store(
    upload: Upload, source: Source, part: Sequence[tuple[int, Item]], found: Survey, clock: Clock
) -> None:
    """These rows as a poll of their own, each batch counted as soon as it is stored."""
    if not part:
        return
    _remember(upload, part)
    told = dict.fromkeys(COUNTED, 0)
    items = (importing.last_said(item, found) for _, item in part)
    for poll in importing.take(items, _listener(upload, source, clock()), clock):
        if not any(told.values()):
            # The rows are ours from here on: whoever is killed now has tried them.
            Upload.objects.filter(pk=upload.pk).update(attempts=0)
        told = _count(upload, poll, told, clock())


def _count(upload: Upload, poll: Poll, told: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Count what the poll did since it was last looked at, if nobody else has done these rows meanwhile."""
    is_now = {name: getattr(poll, name) for name in COUNTED}
    more = {name: is_now[name] - told[name] for name in COUNTED}
    changes: dict[str, Any] = {name: F(name) + count for name, count in more.items() if count}
    done = upload.done + sum(told.values())
    seen = Upload.objects.filter(pk=upload.pk, state=Upload.State.QUEUED, done=done)
    if not seen.update(done=done + sum(more.values()), moved_at=now, **changes):
        raise CannotImport("These rows were stored by somebody else.")
    return is_now


def _remember(upload: Upload, part: Sequence[tuple[int, Item]]) -> None:
    """Where each comes from, before it is stored: so no mention is without it, whatever is stopped when."""
    Upload.objects.filter(pk=upload.pk).update(attempts=F("attempts") + 1)
    rows = [
        UploadRow(upload=upload, line=line, external_id=storable(item.external_id)[:EXTERNAL_ID_CHARACTERS])
        for line, item in part
        if isinstance(item, ImportedPost)
    ]
    UploadRow.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _end(upload: Upload, state: Upload.State, now: datetime, error: str = "") -> None:
    Upload.objects.filter(pk=upload.pk, state=Upload.State.QUEUED).update(
        state=state, finished_at=now, moved_at=now, error=error[:500], body=b""
    )
    if error:
        logger.warning("upload %d was given up", upload.pk)


def sweep(now: datetime) -> list[int]:
    """Uploads to be rung for again; what was never kept is forgotten."""
    Upload.objects.filter(state=Upload.State.DRAFT, created_at__lte=now - DRAFT_KEPT).delete()
    waiting = Upload.objects.waiting(now, since=RUNG_AGAIN_AFTER)
    return list(waiting.order_by("moved_at").values_list("pk", flat=True))


def _items(upload: Upload, file: File) -> Any:
    reach = Reach(upload.by).facility_ids(Permission.ENTER_MENTIONS)
    return upload_rows.items(file, _shape(upload), upload_rows.places_of(reach))


def _shape(upload: Upload) -> Shape:
    return Shape(
        columns=upload.columns,
        dates=upload.dates,
        facility_id=upload.facility_id,
        kind="letter" if upload.is_typed else "",
        network=slugify(upload.came_from)[:30],
        is_typed=upload.is_typed,
    )


def _source(upload: Upload) -> Source | None:
    return Source.objects.filter(slug=slugify(upload.came_from)[:50]).first()


def _unsaved(upload: Upload) -> Source:
    slug = slugify(upload.came_from)[:50]
    return Source(slug=slug, name=upload.came_from, kind=Source.IMPORT)


def _listener(upload: Upload, source: Source, now: datetime) -> Listener:
    listener = sorting.listener_for(source, takes_all=upload.keeps_all)
    since = None if upload.opens_cases else now - importing.HISTORY_AFTER
    return replace(listener, acts_on_since=since)
