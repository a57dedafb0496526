"""What was asked of the sandbox since it began: injected posts, replies, edits, deletions, storms, quiet.

Everything goes the same way: an entry is written to the journal, then applied; a restart applies them again.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sandbox import ids
from sandbox.attendance import Attendance
from sandbox.journal import Journal
from sandbox.post import Post, Revision
from sandbox.storms import Storm, blow
from sandbox.writer import Writer

Key = tuple[str, str]  # network and id


class Records:
    def __init__(self, journal: Journal, writer: Writer) -> None:
        self.journal = journal
        self.writer = writer
        self.attendance = Attendance()
        self.is_quiet = False
        self.mail_port = 0
        self.renumbered = 0  # how often the mailbox was
        self.quiet_spells: list[tuple[int, int]] = []
        self._quiet_since = 0
        self._last_order = 0
        self._begin()
        for entry in journal.read():
            self._apply(entry)

    def _begin(self) -> None:
        self.posts: dict[Key, Post] = {}
        self.orders: dict[Key, int] = {}  # of every id given out here, ids of edits included
        self.first_ids: dict[Key, str] = {}
        self.timeline: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.revisions: dict[Key, tuple[Revision, ...]] = {}
        self.gone: dict[Key, str] = {}
        self.replies: list[dict[str, Any]] = []
        self.review_replies: dict[str, dict[str, Any]] = {}
        self.storms: list[Storm] = []

    def add(self, what: str, **values: Any) -> None:
        entry = {"what": what, **values}
        self.journal.add(entry)
        self._apply(entry)

    @property
    def version(self) -> tuple[int, int, bool]:
        """Changes whenever another part of the generated stream counts as posted."""
        return len(self.attendance.slept), len(self.quiet_spells), self.is_quiet

    def next_order(self, now: int) -> int:
        """A place in the timeline after everything of this moment."""
        return max(ids.order_at(now, ids.WRITTEN_LOW), self._last_order + 1)

    def was_quiet(self, at: int) -> bool:
        return self.is_quiet or any(start <= at < end for start, end in self.quiet_spells)

    def between(self, network: str, low: int, high: int) -> list[tuple[int, str]]:
        """Places and ids of what was written here, low < place < high."""
        line = self.timeline[network]
        return line[bisect_left(line, (low + 1, "")) : bisect_left(line, (high, ""))]

    def _apply(self, entry: dict[str, Any]) -> None:
        getattr(self, f"_apply_{entry['what']}")(entry)

    def _apply_forget(self, entry: dict[str, Any]) -> None:
        """Begin anew; only the ids go on growing, and what was quiet stays quiet."""
        self._begin()

    def _apply_mail_port(self, entry: dict[str, Any]) -> None:
        self.mail_port = entry["port"]

    def _apply_renumbered(self, entry: dict[str, Any]) -> None:
        self.renumbered += 1

    def _apply_awake(self, entry: dict[str, Any]) -> None:
        self.attendance.sign(entry["at"])

    def _apply_post(self, entry: dict[str, Any]) -> None:
        values = dict(entry["post"])
        values["revisions"] = tuple(Revision(**each) for each in values["revisions"])
        values["edit_ids"] = tuple(values["edit_ids"])
        self._place(Post(**values))

    def _apply_reply(self, entry: dict[str, Any]) -> None:
        self.replies.append({name: entry[name] for name in ("network", "id", "in_reply_to", "text", "at")})

    def _apply_review_reply(self, entry: dict[str, Any]) -> None:
        self.review_replies[entry["review"]] = {"text": entry["text"], "at": entry["at"]}

    def _apply_review_reply_gone(self, entry: dict[str, Any]) -> None:
        self.review_replies.pop(entry["review"], None)

    def _apply_edit(self, entry: dict[str, Any]) -> None:
        revision = Revision(**entry["revision"])
        key = (entry["network"], entry["id"])
        self.revisions[key] = (*self.revisions.get(key, ()), revision)
        if revision.id:
            self.first_ids[entry["network"], revision.id] = entry["id"]
            self._remember(entry["network"], revision.id, revision.order)

    def _apply_delete(self, entry: dict[str, Any]) -> None:
        self.gone[entry["network"], entry["id"]] = entry["by"]

    def _apply_storm(self, entry: dict[str, Any]) -> None:
        storm = Storm(**entry["storm"])
        self.storms.append(storm)
        for post in blow(storm, self.writer):
            self._place(post)

    def _apply_quiet(self, entry: dict[str, Any]) -> None:
        if entry["on"] and not self.is_quiet:
            self._quiet_since = entry["at"]
        elif self.is_quiet and not entry["on"]:
            self.quiet_spells.append((self._quiet_since, entry["at"]))
        self.is_quiet = entry["on"]

    def _place(self, post: Post) -> None:
        self.posts[post.network, post.id] = post
        self._remember(post.network, post.id, post.order)

    def _remember(self, network: str, id: str, order: int) -> None:
        self.orders[network, id] = order
        insort(self.timeline[network], (order, id))
        if order & ids.WRITTEN_LOW:
            self._last_order = max(self._last_order, order)


def as_entry(post: Post) -> dict[str, Any]:
    return asdict(post)
