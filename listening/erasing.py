"""Erasing an author who asks for it: their words go, what was done about them and the counts stay.

What is erased so does not come back when its network shows it again.
"""

from datetime import datetime
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from hospital import audit
from listening import removal
from listening.models import Author, Mention
from listening.signals import mentions_stored

ERASED_ID = "erased-{pk}"


def found(network: str, handle: str) -> list[Author]:
    """Whoever is called so on that network and has a post here; a handle may have passed to another.

    A voice of staff is kept without its author, so that nobody finds one by asking.
    """
    name = handle.strip().removeprefix("u/").removeprefix("@")
    if not name:
        return []
    named = Author.objects.filter(network=network, handle__iexact=name, mention__isnull=False)
    return list(named.distinct().order_by("pk")[:20])


@transaction.atomic
def erase(author: Author, *, reason: str, by: AbstractBaseUser, at: datetime) -> int:
    """How many mentions lost their words. The trail names the author by number alone."""
    ids = list(Mention.objects.filter(author=author).order_by("pk").values_list("pk", flat=True))
    erased = removal.erase(ids, for_good=True)
    Author.objects.filter(pk=author.pk).update(external_id=ERASED_ID.format(pk=author.pk), handle="", name="")
    audit.record("author.erase", f"author {author.pk}", by=by, at=at, reason=reason, mentions=len(erased))
    transaction.on_commit(partial(mentions_stored.send_robust, sender=Mention, ids=erased, urgent_ids=[]))
    return len(erased)
