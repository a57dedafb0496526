"""A word list tried on stored mentions before it is saved: what would read otherwise, and by which words.

Nothing is written. The newest mentions are read, as many as there is time for. Against each stands what the
reader in force says of it: what is stored, where that reader read it, else what it says now.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from listening import changes, readers, stored
from listening.changes import COUNTED, Tally
from listening.lexicon_kinds import Kind, parsed
from listening.models import Mention
from listening.reading.analysis import SHIPPED, Reader, Reading, ToRead
from listening.storing import columns_of

AT_MOST = 1000
SECONDS = 1.8
SAMPLES = 20
NO_LANGUAGE = "zxx-none"


@dataclass(frozen=True)
class Sample:
    """A mention that would read otherwise."""

    mention_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def no_longer_said(self) -> list[str]:
        return [reason for reason in self.before["reasons"] if reason not in self.after["reasons"]]

    @property
    def newly_said(self) -> list[str]:
        return [reason for reason in self.after["reasons"] if reason not in self.before["reasons"]]

    def moves(self) -> list[str]:
        """As `Move.name` names them."""
        return [
            f"{aspect}:{move}"
            for aspect in COUNTED
            for move in changes.moves(aspect, self.before, self.after)
        ]


@dataclass
class Trial:
    wanted: int = 0  # mentions that would have been tried, had there been time
    tried: int = 0
    changed: int = 0
    kept: int = 0  # where a person's decision would stand
    tally: Tally = field(default_factory=Tally)
    samples: list[Sample] = field(default_factory=list)
    shown: str = ""  # the move that the samples are of; all where it is empty

    def add(self, sample: Sample) -> None:
        found = sample.moves()
        if not found:
            return
        self.changed += 1
        self.tally.add(sample.before, sample.after)
        if len(self.samples) < SAMPLES and (not self.shown or self.shown in found):
            self.samples.append(sample)


def on_stored(
    kind: Kind,
    body: str,
    *,
    facility_ids: frozenset[int] | None,
    shown: str = "",
    timer: Callable[[], float] = monotonic,
) -> Trial:
    """Try a body on the newest mentions within reach. BadBody where it cannot be read."""
    now_read = readers.current()
    draft = readers.with_list(now_read, kind, parsed(kind, body), version="draft")
    SHIPPED.read(ToRead("Whoever reads first opens the models.", language=NO_LANGUAGE))
    ends_at = timer() + SECONDS
    mentions = list(_newest(facility_ids))
    trial = Trial(wanted=len(mentions), shown=shown)
    asked = stored.asking(mentions)
    for mention in mentions:
        trial.tried += 1
        sample, is_kept = _sample(mention, asked(mention), now_read, draft)
        trial.kept += is_kept
        if sample:
            trial.add(sample)
        if timer() >= ends_at:
            break
    return trial


def _newest(facility_ids: frozenset[int] | None) -> Iterable[Mention]:
    return Mention.objects.within(facility_ids).for_wall().newest_first()[:AT_MOST]


def _sample(mention: Mention, asked: ToRead, now_read: Reader, draft: Reader) -> tuple[Sample | None, bool]:
    # What had no language has none now: to guess again would load a large model into a web process.
    asked = replace(asked, language=asked.language or NO_LANGUAGE)
    after = stored.read(mention, asked, draft)
    if after is None:
        return None, False
    said = columns_of(after)
    before = {name: getattr(mention, name) for name in said}
    if mention.reader_version != now_read.version:
        before = _as_read_now(before, stored.read(mention, asked, now_read), mention.set_by_people)
    changed, is_kept = changes.changed(before, said, mention.set_by_people)
    return Sample(mention.pk, before, {**before, **changed}), is_kept


def _as_read_now(
    before: Mapping[str, Any], reading: Reading | None, set_by_people: Collection[str]
) -> dict[str, Any]:
    now = columns_of(reading) if reading else {}
    changed, _ = changes.changed(before, {**before, **now}, set_by_people)
    return {**before, **changed}
