"""Whether a post that holds our name is about us, or about a town, a school, a band or a burger of that name.

1. A handle of ours, or a whole name of a facility ("Northfield Medical Center"), is us.
2. What stands beside a bare name tells what bears it: "Northfield High", "Northfield, MN", "Mr. Northfield",
   "Northfield 34". "Northfield General" is another hospital, where it is no name of ours.
3. Words of sport, music, television, food and property speak against us, words of hospitals for us.
4. Against us and nothing for us: no. Both: unsure, where what speaks against weighs more. Else: yes.

It lowers nothing: a post that must not wait is read as such whoever it is about. Pure.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.phrases import Phrases, Span
from listening.wording import normal

LOOKED_AT = 2000
MAX_PLACES = 20
"""Places of the name that are looked at in one post."""

YES, UNSURE, NO = "yes", "unsure", "no"

NEXT = re.compile(r"\W{0,4}(\w{1,40})(?!-\w)")
LAST = re.compile(r"(\w{1,40})\W{1,3}\Z")
SCORE = re.compile(
    r" {0,2}(?:(?:@|vs?\.?) (?=[^\W\d])"
    r"|\d{1,3} {0,2}[-–] {0,2}\d{1,3}\b(?! ?(?:h|hrs?|hours?|min|minutes|am|pm|days?)\b)"
    r"|\d{1,3}[,;] (?:\w{1,20} ){1,3}\d{1,3}\b)"
)
STATE = re.compile(r", {0,2}([A-Z]{2})\b")


@dataclass(frozen=True)
class About:
    answer: str
    reason: str = ""


US = About(YES)


class Ours:
    """What the public calls us, ready to be looked for."""

    def __init__(
        self, names: Iterable[str], *, handles: Iterable[str] = (), cities: Iterable[str] = ()
    ) -> None:
        known = {" ".join(normal(name).text.split()) for name in names} - {""}
        signs = {normal(handle).text.strip().lstrip("@") for handle in handles} - {""}
        # One word may name anything; two say who is meant. A city is where others live too.
        bare = {name for name in known if " " not in name and not name.startswith("@")} - signs
        whole = {name for name in known if " " in name} - {normal(city).text.strip() for city in cities}
        self.bare = _matcher(bare)
        self.whole = _matcher(whole)
        self.handles = _matcher(signs | {name.lstrip("@") for name in known if name.startswith("@")})


def _matcher(phrases: Iterable[str]) -> Phrases:
    listed = [phrase.replace('"', " ") for phrase in sorted(phrases)]
    return Phrases((at, f'"{phrase}"') for at, phrase in enumerate(listed) if any(map(str.isalnum, phrase)))


def _phrases(listed: str) -> list[str]:
    return [quoted or word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', listed)]


NOBODY = Ours([])


class _Lexicon:
    def __init__(self, read: dict[str, str]) -> None:
        self.after = frozenset(read["after"].split())
        self.before = frozenset(read["before"].split())
        self.others = frozenset(read["other_hospitals"].split())
        self.states = frozenset(read["states"].split())
        self.letters = frozenset(read["state_letters"].split())
        self.elsewhere = _matcher(_phrases(read["elsewhere"]))
        self.ours = _matcher(_phrases(read["ours"]))


@cache
def _lexicon() -> _Lexicon:
    with (Path(__file__).parent / "lexicon" / "namesakes.toml").open("rb") as file:
        return _Lexicon(tomllib.load(file))


def read(text: str, title: str = "", *, ours: Ours = NOBODY) -> About:
    """Whether a post is about us; yes where our name is not in it at all, for then other words found it."""
    said = f"{title[:LOOKED_AT]}\n{text[:LOOKED_AT]}" if title else text[:LOOKED_AT]
    plain = normal(said)
    bare = [span for hit in ours.bare.find(plain.text) for span in hit.spans][:MAX_PLACES]
    if not bare or ours.handles.find(plain.text):
        return US
    whole = [span for hit in ours.whole.find(plain.text) for span in hit.spans]
    alone = [span for span in bare if not _is_within(span, whole)]
    beside = [why for span in alone if (why := _beside(said, plain.text, span, plain.original(*span)))]
    if whole and not beside:
        return US
    if others := [why for why in beside if _lexicon().others & set(why.strip("'").split()[-1:])]:
        # All that speaks of hospitals there speaks of that one.
        return About(UNSURE, f"maybe not about us: {others[0]} is none of our names")
    return _weighed(plain.text, beside, weight_of_name=2 if whole else 0)


def _is_within(span: Span, others: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _weighed(plain: str, beside: list[str], *, weight_of_name: int) -> About:
    lexicon = _lexicon()
    against = [plain[slice(*hit.spans[0])] for hit in lexicon.elsewhere.find(plain)]
    for_us = len(lexicon.ours.find(plain)) + weight_of_name
    weight = 2 * len(set(beside)) + len(against)
    if not weight or weight <= for_us:
        return US
    reasons = list(dict.fromkeys([*beside, *(f"'{word}'" for word in against)]))[:3]
    answer = NO if weight >= 2 and not for_us else UNSURE
    return About(answer, f"maybe not about us: {', '.join(reasons)}")


def _beside(said: str, plain: str, span: Span, original: Span) -> str:
    """What the words next to a bare name make of it, quoted; nothing where they tell nothing."""
    lexicon = _lexicon()
    start, end = span
    after, before = NEXT.match(plain, end), LAST.search(plain[max(0, start - 45) : start])
    if after and after[1] in lexicon.after | lexicon.others | lexicon.states:
        return f"'{plain[start : after.end()]}'"
    if before and before[1] in lexicon.before:
        return f"'{before[1]} {plain[start:end]}'"
    if score := SCORE.match(plain, end):
        return f"'{plain[start : score.end()]}'"
    state = STATE.match(said, original[1])
    return f"'{said[original[0] : state.end()]}'" if state and state[1] in lexicon.letters else ""
