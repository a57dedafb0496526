"""Names of people, by what stands before them, by how they are written, and by lists of names.

1. A title, kin or a word that announces a name: "Dr. Alvarez", "my son jacob", "me llamo Lucia".
2. A first name, or two words with a capital that are in no dictionary: "Emma", "Ushurma Dratchev".
3. A word with a capital that is in no dictionary and does something: "Bowers was kind".
A name near a word of staff is the name of staff.
"""

import re
from collections.abc import Iterator

from listening.reading.identifiers import staff
from listening.reading.identifiers.found import Found
from listening.reading.identifiers.looked import Looked, Token
from listening.reading.identifiers.words import NAME, Is, words

PARTICLES = frozenset(
    [
        "de",
        "del",
        "la",
        "las",
        "los",
        "van",
        "von",
        "der",
        "den",
        "di",
        "da",
        "dos",
        "el",
        "al",
        "bin",
        "ibn",
        "y",
        "ter",
        "ten",
        "le",
        "du",
    ]
)
CUES = Is.STRONG | Is.TITLE | Is.STAFF_TITLE | Is.KIN | Is.ANNOUNCES
"""Behind such a word small letters may be a name too."""
LONGEST_NAME = 5
LONGEST_PHRASE = 4
BESIDE = frozenset((" ", ". ", "  ", "."))
BEHIND_CUE = re.compile(r"(?:[\s,:(\"'*>=-]|\. ?|\?){0,6}")
SENTENCE = re.compile(r"[.!?:\n\"(]\W*$|^\W*$|^[\s>*-]*$")
SHOUTED = 0.7
HEADLINE = 0.7


def find(looked: Looked) -> Iterator[Found]:
    return _Reader(looked).find()


class _Reader:
    def __init__(self, looked: Looked) -> None:
        self.text, self.tokens = looked.text, looked.tokens
        lexicon = words()
        self.announced, self.sure = lexicon.announced, lexicon.sure
        self.is_headline = self._is_headline()
        self.is_shouted = self._is_shouted()

    def _is_headline(self) -> bool:
        long = [token for token in self.tokens if len(token.word) > 3]
        capitals = sum(1 for token in long if token.is_capital and token.known & Is.WORD)
        return len(long) >= 4 and capitals >= HEADLINE * len(long)

    def _is_shouted(self) -> bool:
        long = [token for token in self.tokens if len(token.word) > 1]
        return len(long) >= 3 and sum(token.is_shouted for token in long) >= SHOUTED * len(long)

    def find(self) -> Iterator[Found]:
        spans = [*self._spans()]
        yield from (self._found(at, end) for at, end in spans)
        yield from self._said_again(spans)

    def _spans(self) -> Iterator[tuple[int, int]]:
        at, cued_before = 0, 0
        while at < len(self.tokens):
            token = self.tokens[at]
            is_cued, cued_before = cued_before & CUES, token.known
            if not token.is_capital and not is_cued:
                end = self._both_small(at) if token.known & Is.FIRST else 0
                if end:
                    yield at, end
                at = end or at + 1
                continue
            end = self._cued(at) or self._listed(at) or self._shaped(at)
            if end:
                yield at, end
                cued_before = self.tokens[end - 1].known
            at = end or at + 1

    def _found(self, at: int, end: int) -> Found:
        kind = "staff_name" if staff.is_staff(self.text, self.tokens, at, end) else "name"
        return Found(kind, self.tokens[at].start, self.tokens[end - 1].end)

    def _said_again(self, spans: list[tuple[int, int]]) -> Iterator[Found]:
        """A name once told is told again by a part of it, and has company: "Emma Lee, then Lee and Tom"."""
        within = {at for start, end in spans for at in range(start, end)}
        for at in self._company(within):
            within.add(at)
            yield self._found(at, at + 1)
        parts = {self.tokens[at].word for at in within if len(self.tokens[at].word) > 2}
        for at, token in enumerate(self.tokens):
            if token.word in parts and at not in within and self._is_again(at):
                yield self._found(at, at + 1)

    def _is_again(self, at: int) -> bool:
        token = self.tokens[at]
        if token.known & Is.WORD:
            return token.is_capital and self._is_within(at)
        return token.is_capital or bool(token.known & Is.FIRST)

    def _company(self, within: set[int]) -> Iterator[int]:
        for at in sorted(within):
            for other in (at + 1, at + 2, at - 1, at - 2):
                is_there = 0 <= other < len(self.tokens) and other not in within
                if is_there and self._joins(at, other) and self._is_company(self.tokens[other]):
                    yield other

    def _joins(self, one: int, two: int) -> bool:
        at, other = sorted((one, two))
        return self.text[self.tokens[at].end : self.tokens[other].start] in (
            " and ",
            ", ",
            " & ",
            " y ",
            ", and ",
        )

    @staticmethod
    def _is_company(token: Token) -> bool:
        if not token.is_capital or token.is_shouted or len(token.word) < 3:
            return False
        others = Is.ELSEWHERE | Is.HOUSE | Is.TITLE | Is.STAFF_TITLE | Is.STAFF | Is.KIN
        return not token.known & (others | Is.WORD)

    # How far a name reaches

    def _gap(self, at: int) -> str:
        """What stands between a token and the one before it."""
        return self.text[self.tokens[at - 1].end : self.tokens[at].start] if at else "\n"

    def _is_beside(self, at: int) -> bool:
        gap = self._gap(at)
        return gap == " " or (gap in BESIDE and (self.tokens[at - 1].is_initial or "." not in gap))

    def _reach(self, at: int, *, is_small: bool = False) -> int:
        """The end of the name that begins at a token: its other names, initials and particles."""
        end = at + 1
        while end < len(self.tokens) and end - at < LONGEST_NAME and self._is_beside(end):
            step = self._next_part(end, is_small=is_small)
            if not step:
                break
            end = step
        return end

    def _next_part(self, at: int, *, is_small: bool) -> int:
        token = self.tokens[at]
        if is_small:
            return at + 1 if self._is_only_name(token) else 0
        if token.is_initial:
            is_middle = token.word != "i" or self.text[token.end : token.end + 1] == "."
            return at + 1 if token.is_capital and is_middle else 0
        if token.word in PARTICLES:
            return self._behind_particles(at)
        if not token.is_capital or (token.is_shouted and not self.is_shouted):
            return 0
        if token.known & (Is.HOUSE | Is.ELSEWHERE) and not token.known & Is.LAST:
            return 0
        return at + 1 if token.known & NAME or not token.known & Is.WORD else 0

    def _behind_particles(self, at: int) -> int:
        end = at
        while end < len(self.tokens) and end - at < 2 and self.tokens[end].word in PARTICLES:
            end += 1
        is_name = end < len(self.tokens) and self._is_beside(end) and self.tokens[end].is_capital
        return end + 1 if is_name and self._may_be_name(self.tokens[end]) else 0

    @staticmethod
    def _may_be_name(token: Token) -> bool:
        if token.known & (Is.ELSEWHERE | Is.HOUSE) and not token.known & NAME:
            return False
        return bool(token.known & NAME) or not token.known & (Is.WORD | Is.TITLE | Is.STAFF_TITLE)

    # 1. What stands before it

    def _cued(self, at: int) -> int:
        token, cue = self.tokens[at], self._cue(at)
        if not cue or self._is_of_a_house(at):
            return 0
        if token.is_initial:
            return self._reach(at) if cue == "strong" and token.is_capital else 0
        if self._is_written_as_name(token):
            if cue == "strong" and self._is_titled(at):
                return self._reach(at)
            if token.known & Is.ELSEWHERE and not (token.known & Is.FIRST and cue in ("sure", "kin")):
                return 0
            is_sure = cue in ("sure", "kin", "title") and token.known & NAME
            if is_sure or not token.known & (Is.WORD | Is.HOUSE | Is.TITLE | Is.STAFF_TITLE | Is.KIN):
                return self._reach(at) if cue != "place" else 0
            return 0
        return self._small(at, cue)

    def _is_titled(self, at: int) -> bool:
        """ "Dr Jolly", but not "the Dr. Never again": behind a full stop a word may begin a sentence."""
        token = self.tokens[at]
        if token.known & NAME or not token.known & (Is.HOUSE | Is.WORD):
            return True
        return self._gap(at) == " " and not token.known & (Is.HOUSE | Is.STAFF | Is.STAFF_TITLE | Is.KIN)

    def _is_written_as_name(self, token: Token) -> bool:
        return token.is_capital and not self.is_shouted and (not token.is_shouted or len(token.word) > 4)

    @staticmethod
    def _is_only_name(token: Token) -> bool:
        return bool(token.known & NAME) and not token.known & (Is.WORD | Is.ELSEWHERE) and len(token.word) > 3

    def _both_small(self, at: int) -> int:
        """maria lopez: a first and a last name that are no words, in small letters."""
        if not self._is_only_name(self.tokens[at]):
            return 0
        end = self._reach(at, is_small=True)
        return end if end > at + 1 and self.tokens[end - 1].known & Is.LAST else 0

    def _small(self, at: int, cue: str) -> int:
        """Small letters, or all in capitals: only what is known as a name and as nothing else."""
        token = self.tokens[at]
        if cue not in ("strong", "kin", "sure", "title") or token.known & (
            Is.WORD | Is.ELSEWHERE | Is.HOUSE | Is.KIN
        ):
            return 0
        is_title = token.known & (Is.TITLE | Is.STAFF_TITLE | Is.STAFF)
        is_name = token.known & (Is.FIRST if cue == "kin" else NAME) or cue in ("strong", "sure")
        return self._reach(at, is_small=True) if is_name and not is_title and len(token.word) > 2 else 0

    def _cue(self, at: int) -> str:
        if at == 0:
            return ""
        gap, previous = self._gap(at), self.tokens[at - 1]
        if len(gap) > 6 or not BEHIND_CUE.fullmatch(gap):
            return ""
        if previous.known & Is.STRONG and gap in (" ", ". ", "."):
            return "strong"
        if previous.known & (Is.TITLE | Is.STAFF_TITLE) and gap in (" ", ". "):
            return "title"
        if previous.known & Is.KIN and gap.strip() in ("", ",", "(", "-", "'", '"'):
            return "kin"
        return self._announcement(at, gap) if previous.known & Is.ANNOUNCES else ""

    def _announcement(self, at: int, gap: str) -> str:
        if "." in gap:
            return ""
        best = ""
        for length in range(1, min(LONGEST_PHRASE, at) + 1):
            phrase = tuple(token.word for token in self.tokens[at - length : at])
            if phrase in self.sure:
                return "sure"
            best = "announced" if phrase in self.announced else best
        return best

    # 2. Lists of names, and how they are written

    def _listed(self, at: int) -> int:
        token = self.tokens[at]
        if not token.is_capital or token.is_shouted or token.is_initial or not token.known & Is.FIRST:
            return 0
        if self._is_of_a_house(at) or self._is_saint(at) or self._is_of_a_title(at):
            return 0
        end = self._reach(at)
        if token.known & Is.LAST and self._is_before_title_word(end):
            return 0
        if not token.known & (Is.WORD | Is.ELSEWHERE):
            return end if len(token.word) > 2 and not self._is_place(at, end) else 0
        # A word that is more than a name needs a last name that is nothing else.
        is_surname = end > at + 1 and not self.tokens[end - 1].known & (Is.WORD | Is.ELSEWHERE | Is.HOUSE)
        return end if is_surname or any(part.is_initial for part in self.tokens[at:end]) else 0

    def _is_place(self, at: int, end: int) -> bool:
        """A single word behind "in" is where somebody was, unless it is known as nothing but a first name."""
        token = self.tokens[at]
        return end == at + 1 and bool(token.known & Is.LAST) and self._is_behind(at, Is.BEFORE_TOWN)

    def _is_behind(self, at: int, kind: int) -> bool:
        return at > 0 and self._gap(at) == " " and bool(self.tokens[at - 1].known & kind)

    def _is_saint(self, at: int) -> bool:
        return (
            at > 0
            and self.tokens[at - 1].word in ("st", "saint", "san", "santa", "sta")
            and len(self._gap(at)) < 3
        )

    def _is_of_a_house(self, at: int) -> bool:
        """Jackson Memorial Hospital, Emma Street: the name of a house."""
        for ahead in range(at + 1, min(at + 4, len(self.tokens))):
            token = self.tokens[ahead]
            if not token.is_capital or self._gap(ahead) not in (" ", "'s ", "' ", "-", " & "):
                return False
            if token.known & Is.HOUSE:
                return True
        return False

    def _shaped(self, at: int) -> int:
        token = self.tokens[at]
        if self.is_headline or self.is_shouted or not self._is_unknown(token) or self._is_of_a_house(at):
            return 0
        if self._is_saint(at) or self._is_of_a_title(at):
            return 0
        end = self._reach(at)
        if end > at + 1:
            others = self.tokens[at + 1 : end]
            is_telling = any(part.known & NAME or part.is_initial for part in others) or bool(
                token.known & NAME
            )
            return end if is_telling or not self._is_behind(at, Is.BEFORE_TOWN) else 0
        return end if self._acts(at) else 0

    def _is_of_a_title(self, at: int) -> bool:
        return at > 0 and self._gap(at) == " " and self._is_title_word(self.tokens[at - 1])

    def _is_before_title_word(self, at: int) -> bool:
        """Russell Investments: a firm, and nobody."""
        if at >= len(self.tokens) or self._gap(at) != " " or self.is_headline:
            return False
        token = self.tokens[at]
        others = Is.STAFF | Is.TITLE | Is.STAFF_TITLE
        return (
            token.is_capital
            and not token.is_initial
            and bool(token.known & Is.WORD)
            and not token.known & others
        )

    def _is_title_word(self, token: Token) -> bool:
        """A word of the dictionary with a capital, within a sentence: part of a longer proper name."""
        return (
            token.is_capital
            and bool(token.known & Is.WORD)
            and not token.is_initial
            and not token.word.startswith("i'")
            and (not SENTENCE.search(self.text[max(0, token.start - 4) : token.start]))
        )

    @staticmethod
    def _is_unknown(token: Token) -> bool:
        if not token.is_capital or token.is_shouted or token.is_initial or len(token.word) < 3:
            return False
        others = Is.WORD | Is.ELSEWHERE | Is.HOUSE | Is.TITLE | Is.STAFF_TITLE | Is.STAFF
        return not token.known & others

    # 3. What it does

    def _acts(self, at: int) -> bool:
        token = self.tokens[at]
        if self._is_behind(at, Is.BEFORE_PLACE):
            return False
        following = self.text[token.end : token.end + 3]
        if following.startswith("'s "):
            return bool(token.known & Is.LAST)
        is_doing = (
            at + 1 < len(self.tokens) and bool(self.tokens[at + 1].known & Is.DOING) and following[:1] == " "
        )
        return is_doing or (bool(token.known & Is.LAST) and self._is_within(at))

    def _is_within(self, at: int) -> bool:
        """Inside a sentence, where a capital means something."""
        start = self.tokens[at].start
        return not SENTENCE.search(self.text[max(0, start - 4) : start])
