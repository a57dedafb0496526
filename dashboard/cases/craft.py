"""Beside a draft, how it reads: one line when all is well, hints where not. It stops nothing."""

from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.urls import reverse

from alerts import gate, lastreplies
from alerts.craft import jargon, lengths, previews, readability, tone
from alerts.craft.jargon import Swap
from alerts.craft.previews import Piece
from alerts.craft.readability import LONG_SENTENCE, Reading
from alerts.gatekeeping import Ground
from alerts.models import Case
from alerts.ways import Way
from dashboard.cases.desk import Desk
from listening import threads
from listening.models import Mention
from listening.reading.sentiment import Names

LONGEST_SHOWN = 160
TONGUES = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "vi": "Vietnamese",
    "ht": "Haitian Creole",
    "zh": "Chinese",
}


@dataclass(frozen=True)
class Hint:
    kind: str
    word: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Craft:
    case: Case
    text: str
    way: Way
    desk: Desk
    ground: Ground = field(default_factory=Ground.load)

    # As the network counts and shows it

    @cached_property
    def length(self) -> int:
        return lengths.of(self.text.strip().replace("\r\n", "\n"), self.case.mention.network)

    @property
    def over(self) -> int:
        return max(0, self.length - self.way.max_characters)

    @property
    def unit(self) -> str:
        return "bytes" if self.case.mention.network == "google" else ""

    @cached_property
    def shown(self) -> list[list[Piece]]:
        return previews.paragraphs(self.text, self.case.mention.network)

    # How it reads

    @cached_property
    def tongues(self) -> tuple[str, str]:
        return tone.languages_of(self.text, self.post, self.case.mention.language)

    @property
    def post(self) -> str:
        return threads.words(self.case.mention.title, self.case.mention.text)

    @property
    def language(self) -> str:
        return next((each for each in self.tongues if each in jargon.LANGUAGES), "en")

    @cached_property
    def reading(self) -> Reading:
        return readability.read(self.text, self.language)

    @property
    def is_read(self) -> bool:
        """Its grade can be told: in a language that the sums are made for."""
        return self.reading.words > 2 and self.tongues[0] in ("", *jargon.LANGUAGES)

    @property
    def grade(self) -> str:
        low, high = self.reading.bounds
        return f"grade {low}" if low == high else f"grade {low} to {high}"

    @property
    def is_hard(self) -> bool:
        return self.is_read and self.reading.bounds[0] > settings.MURMUR_READING_GRADE

    @property
    def names(self) -> list[str]:
        return self.ground.names

    @cached_property
    def swaps(self) -> list[Swap]:
        """Each word once, in the order of the text."""
        found = jargon.found(self.text, self.language, names=self.names)
        first: dict[str, Swap] = {}
        for each in found:
            first.setdefault(each.term, each)
        return list(first.values())

    @property
    def is_bitter(self) -> bool:
        return self.case.mention.sentiment == Mention.Sentiment.NEGATIVE

    @cached_property
    def hints(self) -> list[Hint]:
        if not self.text.strip():
            return []
        told = (self._robot, self._tongue, self._cheer, self._care, self._level, self._long)
        return [hint for hint in (tell() for tell in told) if hint]

    def _robot(self) -> Hint | None:
        found = lastreplies.like(self.text, self.case.pk, self.ground.contacts)
        if found is None:
            return None
        reply, likeness = found
        link = ""
        if self.desk.reachable.filter(pk=reply.case_id).exists():
            link = reverse("case-detail", args=[reply.case_id])
        which = f"the reply to case {reply.case_id}" if link else "a reply of the last twenty"
        said = f"{likeness.percent} % the same as {which}. Write some of it for this person."
        return Hint("robot", "Sounds like a robot", said, link)

    def _tongue(self) -> Hint | None:
        own, of_post = self.tongues
        if not own or not of_post or own == of_post:
            return None
        said = f"The post is in {_tongue(of_post)}, the reply in {_tongue(own)}."
        return Hint("language", "Another language", said)

    def _cheer(self) -> Hint | None:
        if not self.is_bitter or not tone.is_cheerful(self.text, names=Names(self.names)):
            return None
        return Hint("cheer", "Too cheerful", "The post is bitter, and this sounds glad. Keep it calm.")

    def _care(self) -> Hint | None:
        if self.tongues[0] not in ("", *jargon.LANGUAGES):
            return None
        if not self.is_bitter or tone.begins_with_care(self.text):
            return None
        return Hint(
            "care", "Care first", "Begin with a word of thanks or of listening, then say what is to be done."
        )

    def _level(self) -> Hint | None:
        if not self.is_hard:
            return None
        aim = settings.MURMUR_READING_GRADE
        said = f"It reads like {self.grade}; the aim is {aim}. Shorter sentences and words help."
        return Hint("grade", "Hard to read", said)

    def _long(self) -> Hint | None:
        count = self.reading.words_in_longest
        if count <= LONG_SENTENCE or not self.is_read:
            return None
        longest = self.reading.longest
        quoted = longest if len(longest) <= LONGEST_SHOWN else f"{longest[:LONGEST_SHOWN]}…"
        return Hint("long", f"A sentence of {count} words", f"Cut it in two: “{quoted}”")

    @property
    def policy(self) -> str:
        return gate.POLICY

    @property
    def count(self) -> int:
        return len(self.hints) + len(self.swaps)

    @property
    def is_well(self) -> bool:
        return not self.count


def _tongue(code: str) -> str:
    return TONGUES.get(code, f"another language ({code})")
