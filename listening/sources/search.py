"""Watchlist queries in the words of a network's search, in as few searches as its length limit allows.

A network can say less than a query: it knows no NEAR, no endings, no capitals. What it cannot say is left
out, where that makes the search wider; nothing is left out that would make it narrower. The local matcher has
the last word. What remains are alternatives, "clauses", each of factors that must all be there.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, product
from math import prod

from listening.queries.needles import lines
from listening.queries.tree import And, Expression, Field, Near, Not, Or, Phrase, Word
from listening.queries.words import POSSESSIVE
from listening.sources.contract import Listening

_PLAIN = re.compile(r"[#@]?\w+\Z")
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR", "TO"})
ROOM = 8  # for brackets, quotes and a sign around a word
MOST_CLAUSES = 2_000
"""Of one translation. Beyond it the last ones are left out, and the notes say so."""
MOST_WAYS = 12
"""Searches that one query becomes at a network without OR; beyond it a part of the query is left out."""


@dataclass(frozen=True)
class Syntax:
    """What the search of a network can say, and what an answer costs."""

    network: str
    longest: int  # characters of one search
    excludes: str  # what stands before a thing that must not be there
    author: str  # what stands before the name of an author
    handle: re.Pattern[str]  # what a name looks like there
    is_exact: bool  # finds only the words asked for; one that finds their other forms must exclude none
    has_or: bool = True  # without it every alternative is a search of its own
    dollars_per_post: float = 0.0
    price_note: str = ""


@dataclass(frozen=True)
class Translated:
    """The searches, and what was left out of them. Of `wait*` alone "wait" is asked, which is only part of it
    and better than nothing; of some queries a network can be asked nothing at all."""

    queries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_part: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)


def searches(queries: Sequence[Listening], syntax: Syntax) -> list[str]:
    return translate([query.expression for query in queries], syntax).queries


def translate(expressions: Iterable[Expression], syntax: Syntax) -> Translated:
    """The fewest searches, in the order of the queries, that together find whatever any of them can find."""
    widening, found = Widening(syntax), Translated()
    clauses: dict[str, tuple[str, ...]] = {}
    for expression in expressions:
        wide, is_whole = widening.widest(expression)
        if not is_whole:
            (found.in_part if wide else found.unasked).append(str(expression))
        for factors in _clauses(wide, syntax, widening.left_out) if wide else ():
            clauses.setdefault(clause(factors).casefold(), factors)
    kept = list(_without_repeats(clauses))
    if len(kept) > MOST_CLAUSES:
        widening.left_out[f"more than {MOST_CLAUSES:,} alternatives: the last ones are not asked"] = None
    if syntax.has_or:
        queries = list(_packed([clause(factors) for factors in kept[:MOST_CLAUSES]], syntax.longest))
    else:
        queries = [" ".join(factors) for factors in kept[:MOST_CLAUSES]]
    return replace(found, queries=queries, notes=list(widening.left_out))


@dataclass
class Widening:
    """Takes out of a query what a network cannot say, and remembers it. None stands for anything."""

    syntax: Syntax
    left_out: dict[str, None] = field(default_factory=dict)
    stems: bool = False  # take wait* for "wait"

    def widest(self, query: Expression) -> tuple[Expression | None, bool]:
        """What can be asked for, and whether that finds all that the query finds."""
        wide = self.wide(query)
        if wide is not None:
            return wide, True
        return Widening(self.syntax, self.left_out, stems=True).wide(query), False

    def wide(self, part: Expression) -> Expression | None:
        match part:
            case Word():
                return self._word(part)
            case Phrase():
                return self._phrase(part)
            case Near():
                self._note("NEAR")
                return self._all([part.left, part.right])
            case And():
                return self._all(part.parts)
            case Or():
                return self._any(part.parts)
            case Field():
                return part if self._is_author(part) else self._note(f"the field {part.name}")
            case Not():
                return self._note("NOT alone")

    def _note(self, what: str) -> Expression | None:
        self.left_out[what] = None
        return None

    def _word(self, word: Word) -> Expression | None:
        if word.prefix and not self.stems:
            return self._note("endings (*)")
        if "?" in word.text:
            return self._note("the open letter (?)")
        if not quoted(word.text):
            return self._note("signs without a letter")
        if len(word.text) > self.syntax.longest - ROOM:
            return self._note("words beyond the longest search")
        if word.exact:
            self._note("capitals (=)")
        return spelt((Word(word.text, exact=word.exact),))

    def _phrase(self, phrase: Phrase) -> Expression | None:
        """Its stretches of whole words, each as a phrase of its own."""
        stretches: list[list[Word]] = [[]]
        for word in phrase.words:
            if self._word(word) is None:
                stretches.append([])
            else:
                stretches[-1].append(Word(word.text, exact=word.exact))
        return _and([spelt(tuple(each)) for each in stretches if each])

    def _all(self, parts: Sequence[Expression]) -> Expression | None:
        wanted = [wide for part in parts if not isinstance(part, Not) and (wide := self.wide(part))]
        refused = [each for part in parts if isinstance(part, Not) for each in self._refusals(part.part)]
        return _and([*wanted, *refused]) if wanted else None

    def _any(self, parts: Sequence[Expression]) -> Expression | None:
        wide = [self.wide(part) for part in parts]
        known = [each for each in wide if each is not None]
        return Or(tuple(known)) if len(known) == len(wide) else None

    def _refusals(self, part: Expression) -> Iterator[Expression]:
        """What may be refused at the network: only what it would find no more of than is meant here."""
        if isinstance(part, Or):
            for each in part.parts:
                yield from self._refusals(each)
        elif (isinstance(part, Field) and self._is_author(part)) or self._is_same_there(part):
            yield Not(part)
        else:
            self._note("some of what is excluded")

    def _is_same_there(self, part: Expression) -> bool:
        words = (part,) if isinstance(part, Word) else part.words if isinstance(part, Phrase) else ()
        return bool(words) and self.syntax.is_exact and all(map(_is_simple, words))

    def _is_author(self, part: Field) -> bool:
        name = part.value.removeprefix("@")
        return part.name == "author" and part.comparison == "=" and bool(self.syntax.handle.fullmatch(name))


def spelt(words: tuple[Word, ...]) -> Expression:
    """The word or phrase in each spelling that is one here: mary's and marys, hours and hour's."""
    term = Phrase(words) if words[1:] else words[0]
    _, *others = lines(term)
    ways = [Phrase(tuple(Word(word.text) for word in words)) if words[1:] else Word(words[0].text)]
    for line in others:
        said = " ".join(token for piece in line for token in piece.tokens).replace(
            f" {POSSESSIVE}", POSSESSIVE
        )
        ways.append(Phrase(tuple(map(Word, said.split()))) if " " in said else Word(said))
    return Or(tuple(ways)) if ways[1:] else ways[0]


def _is_simple(word: Word) -> bool:
    return not word.prefix and not word.exact and bool(re.fullmatch(r"\w+", word.text))


def _and(parts: Sequence[Expression]) -> Expression | None:
    flat = [each for part in parts for each in (part.parts if isinstance(part, And) else (part,))]
    return None if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


# -- Written ------------------------------------------------------------------------------------------------


def written(part: Expression, syntax: Syntax) -> str:
    """A widened query in the network's syntax."""
    match part:
        case Word():
            return quoted(part.text)
        case Phrase():
            return quoted(" ".join(word.text for word in part.words))
        case Field():
            return syntax.author + part.value.removeprefix("@")
        case Not():
            return syntax.excludes + written(part.part, syntax)
        case And() | Or():
            joint = " " if isinstance(part, And) else " OR "
            return joint.join(_inside(each, syntax) for each in part.parts)
        case _:
            raise TypeError(f"{type(part).__name__} is no part of a widened query")


def _inside(part: Expression, syntax: Syntax) -> str:
    said = written(part, syntax)
    return f"({said})" if isinstance(part, And | Or) else said


def quoted(term: str) -> str:
    """The term as a word or a phrase; nothing in it can act as an operator. Empty if no letter is in it."""
    text = " ".join(_UNSAFE.sub(" ", term).split())
    if not re.search(r"\w", text):
        return ""
    return text if _PLAIN.match(text) and text.upper() not in _OPERATORS else f'"{text}"'


# Quotes of any shape end a phrase somewhere; NUL and lone surrogates cannot be sent.
_UNSAFE = re.compile('["“”„‟«»″＂\\\\\x00-\x1f\x7f\ud800-\udfff]')


def clause(factors: Sequence[str]) -> str:
    return f"({' '.join(factors)})" if len(factors) > 1 else factors[0]


def _clauses(wide: Expression, syntax: Syntax, left_out: dict[str, None]) -> Iterator[tuple[str, ...]]:
    if syntax.has_or:
        yield from cut(wide, syntax, left_out)
        return
    for parts in ways(wide, left_out):
        yield from _fitted(parts, syntax, left_out)


def ways(part: Expression, left_out: dict[str, None]) -> list[tuple[Expression, ...]]:
    """Every way in which a widened query can be met, each without an OR."""
    if isinstance(part, Or):
        return [way for each in part.parts for way in ways(each, left_out)]
    if not isinstance(part, And):
        return [(part,)]
    factors = [ways(each, left_out) for each in part.parts]
    while prod(map(len, factors)) > MOST_WAYS:
        widest = max(factors, key=len)
        if not any(each is not widest and not isinstance(each[0][0], Not) for each in factors):
            break
        factors = [each for each in factors if each is not widest]
        left_out["one of several lists of alternatives"] = None
    return [tuple(chain.from_iterable(chosen)) for chosen in product(*factors)]


# -- Cut to length ------------------------------------------------------------------------------------------


def cut(part: Expression, syntax: Syntax, left_out: dict[str, None]) -> Iterator[tuple[str, ...]]:
    """The factors of each clause that a query becomes: one an alternative, or more where it is long."""
    if isinstance(part, Or):
        for each in part.parts:
            yield from cut(each, syntax, left_out)
        return
    parts = part.parts if isinstance(part, And) else (part,)
    yield from _fitted(parts, syntax, left_out)


def _fitted(
    parts: Sequence[Expression], syntax: Syntax, left_out: dict[str, None]
) -> Iterator[tuple[str, ...]]:
    room = syntax.longest - 2
    factors = [_inside(each, syntax) for each in parts]
    if len(" ".join(factors)) <= room:
        yield tuple(factors)
        return
    widest = max(range(len(parts)), key=lambda at: len(factors[at]) if isinstance(parts[at], Or) else -1)
    alternatives = parts[widest]
    if not isinstance(alternatives, Or):
        left_out["words beyond the longest search"] = None
        yield _shortened(parts, factors, syntax)
        return
    # The other factors take at most half the room, so that the alternatives are not cut into too many.
    others = [each for at, each in enumerate(parts) if at != widest]
    rest = _within([_inside(each, syntax) for each in others], others, room // 2)
    if len(rest) < len(others):
        left_out["words beyond the longest search"] = None
    yield from _dealt(alternatives, rest, syntax, left_out)


def _dealt(
    alternatives: Or, rest: list[str], syntax: Syntax, left_out: dict[str, None]
) -> Iterator[tuple[str, ...]]:
    """The alternatives in as many groups as are needed, each beside the rest."""
    room = syntax.longest - 2 - len(" ".join(rest)) - 3
    group: list[str] = []
    for each in alternatives.parts:
        said = _inside(each, syntax)
        if len(said) > room:
            # It alone is too long: it stands without the rest, and is cut by itself.
            left_out["words beyond the longest search"] = None
            yield from cut(each, syntax, left_out)
            continue
        if group and len(" OR ".join([*group, said])) > room:
            yield (*rest, f"({' OR '.join(group)})" if group[1:] else group[0])
            group = []
        group.append(said)
    if group:
        yield (*rest, f"({' OR '.join(group)})" if group[1:] else group[0])


def _shortened(parts: Sequence[Expression], factors: list[str], syntax: Syntax) -> tuple[str, ...]:
    room = syntax.longest - 2
    kept = _within(factors, parts, room)
    if any(not factor.startswith(syntax.excludes) for factor in kept):
        return tuple(kept)
    # A single phrase that is longer than a search: its beginning.
    first = next(each for each in parts if not isinstance(each, Not))
    words = written(first, syntax).strip('"')[: room - 2]
    return (quoted(words.rpartition(" ")[0] or words),)


def _within(factors: Sequence[str], parts: Sequence[Expression], room: int) -> list[str]:
    """So many of the factors as fit: what is refused goes first, then the shortest, which say least."""
    kept = list(range(len(factors)))
    while kept and len(" ".join(factors[at] for at in kept)) > room:
        kept.remove(min(kept, key=lambda at: (not isinstance(parts[at], Not), _gain(factors[at], room))))
    return [factors[at] for at in kept]


def _gain(factor: str, room: int) -> tuple[bool, int]:
    # One that never fits goes before all that could.
    return (len(factor) <= room, len(factor))


# -- Packed -------------------------------------------------------------------------------------------------


def _without_repeats(clauses: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Without those that ask for less than another does: "(northfield wait)" beside "northfield"."""
    alone = {factors[0] for factors in clauses.values() if len(factors) == 1}
    for factors in clauses.values():
        if len(factors) == 1 or not alone.intersection(factors):
            yield factors


def _packed(clauses: Sequence[str], longest: int) -> Iterator[str]:
    filled = ""
    for found in clauses:
        wider = f"{filled} OR {found}" if filled else found
        if filled and len(wider) > longest:
            yield filled
            wider = found
        filled = wider
    if filled:
        yield filled


def key(search: str) -> str:
    """A short name for a search: another watchlist, another name, another beginning."""
    return hashlib.sha256(search.encode("utf-8", "surrogatepass")).hexdigest()[:16]
