"""The saved replies that a new installation starts with. What somebody took away or changed stays so."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from alerts import savedreplies
from alerts.models import Queue, SavedReply
from alerts.savedreplies import Draft
from hospital.models import AuditEntry

FILE = Path(__file__).with_name("starters.toml")


@cache
def shipped() -> list[dict[str, Any]]:
    return list(tomllib.loads(FILE.read_text(encoding="utf-8"))["reply"])


@transaction.atomic
def ensure(*, at: datetime) -> None:
    """Once: where none was ever saved."""
    if SavedReply.objects.exists() or AuditEntry.objects.filter(action="saved_reply.add").exists():
        return
    queues = {queue.slug: queue for queue in Queue.objects.all()}
    for said in shipped():
        draft = Draft(
            said["title"], said["text"], said.get("language", "en"), queues.get(said.get("queue", ""))
        )
        savedreplies.save(None, draft, by=None, at=at)
