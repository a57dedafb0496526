"""Posts that kill the process that reads them.

No exception tells of such a death, so from the second attempt of a poll the post about to be read is written
down first, with the number of attempts in a row that ended there. A post at which the poll has ended again
and again is set aside, and the rest goes on.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from listening import quarantine
from listening.intake import refused
from listening.leases import Lease
from listening.models import Poll, Quarantined, Source
from listening.sources.contract import Post
from listening.wording import storable

DEATHS = 2
"""Attempts that ended at one post, not counting the first attempt, which writes nothing down."""

GIVE_UP_AFTER = 6
"""Attempts after which a poll that names no suspect is closed: then it is not a post that kills."""

STOPPED_THE_READER = "It stopped the program that read it, three times."


class Care:
    """Steps around posts that kill. On a first attempt it costs one query a page and nothing a post."""

    def __init__(self, poll: Poll, source: Source, lease: Lease) -> None:
        self._source, self._lease = source, lease
        self._is_careful = poll.attempts > 1
        deaths, _, self._suspect = poll.suspect.partition(" ")
        self._deaths = int(deaths or 0)
        self._killers: set[str] = set()

    def look_at(self, posts: Iterable[Post], now: datetime) -> None:
        """Learn which posts of a page are known to kill; the suspect becomes one of them, for good."""
        by_id = {_id_of(post): post for post in posts}
        aside = Quarantined.objects.filter(
            source=self._source,
            external_id__in=list(by_id),
            reason=STOPPED_THE_READER,
            released_at__isnull=True,
        )
        self._killers = set(aside.values_list("external_id", flat=True))
        if self._deaths < DEATHS:
            return
        for external_id, post in by_id.items():
            if external_id[:SUSPECT_CHARACTERS] == self._suspect and external_id not in self._killers:
                # Not yet counted: the page it is on counts it, when it is stored.
                set_aside = replace(refused(post, STOPPED_THE_READER), external_id=external_id)
                quarantine.put(set_aside, self._source, now, times=0)
                self._killers.add(external_id)

    def is_killer(self, post: Post) -> bool:
        return bool(self._killers) and _id_of(post) in self._killers

    def before(self, external_id: str, now: datetime) -> None:
        if self._is_careful:
            suspect = _storable_id(external_id)[:SUSPECT_CHARACTERS]
            deaths = self._deaths + 1 if suspect == self._suspect else 1
            self._lease.renew(now, suspect=f"{deaths} {suspect}")

    def after(self, now: datetime) -> None:
        if self._is_careful:
            self._lease.renew(now, suspect="")


SUSPECT_CHARACTERS = 290


def _id_of(post: Post) -> str:
    return _storable_id(str(post.external_id))


def _storable_id(external_id: str) -> str:
    return storable(str(external_id)[:300])[:300]
