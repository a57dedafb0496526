"""A query line cut into pieces: brackets, operators and terms, each with its place."""

import re
from collections.abc import Iterator
from typing import Any

from lark.lexer import Lexer, Token

from listening.queries import terms, words
from listening.queries.mistakes import mistake
from listening.queries.tree import Phrase, Term
from listening.wording import TABLE

MOST_CHARACTERS = 4_000
MOST_TERMS = 500
DEEPEST = 25
MOST_NOTS = 5
MOST_NEARS = 30
WIDEST_NEAR = 100

# One character for one, so that places in the line stay what they are.
TYPED = {
    **{at: chr(at - 0xFEE0) for at in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(
        map(
            ord, "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
        ),
        " ",
    ),
    **TABLE,
}
BETWEEN = re.compile(rf"[\s,;{words.INVISIBLE}]*")
BARE = re.compile(r'[^\s()"]+')
NEAR = re.compile(r"NEAR(?:/(.*))?\Z", re.DOTALL)
DISTANCE = re.compile(r"([0-9]{1,3})([fF]?)\Z")


class Line:
    """Where reading stands in a line, and what has been seen of it."""

    def __init__(self, text: str) -> None:
        self.typed = text.translate(TYPED)
        self.at = 0
        self.terms = 0
        self.open: list[int] = []  # brackets
        self.nots = self.nears = 0
        self.last: Token | None = None
        self.before: Token | None = None  # the one before the last

    def tokens(self) -> Iterator[Token]:
        while self._skip():
            token = self._one()
            self._count(token)
            self.before, self.last = self.last, token
            yield token

    def _skip(self) -> bool:
        between = BETWEEN.match(self.typed, self.at)
        self.at = between.end() if between else self.at
        return self.at < len(self.typed)

    def _one(self) -> Token:
        start, character = self.at, self.typed[self.at]
        if character == '"':
            return self._term(self._phrase(exact=False), start)
        if character in "()":
            self.at += 1
            return Token("_OPEN" if character == "(" else "_CLOSE", character, start)
        if character == "-" and self._begins_something(start + 1):
            self.at += 1
            return Token("NOT", "-", start)
        if character == "=" and self.typed[start + 1 : start + 2] == '"':
            self.at += 1
            return self._term(self._phrase(exact=True), start)
        bare = BARE.match(self.typed, start)
        return self._bare(bare[0] if bare else character, start)

    def _begins_something(self, at: int) -> bool:
        return self.typed[at : at + 1].strip() not in ("", "-", ")")

    def _phrase(self, *, exact: bool) -> Term:
        start = self.at
        end = self.typed.find('"', start + 1)
        if end < 0:
            raise mistake("The quote at {at} is never closed.", start, 'another " where the phrase ends')
        self.at = end + 1
        return terms.phrase(self.typed[start + 1 : end], start, exact=exact)

    def _bare(self, piece: str, start: int) -> Token:
        self.at = start + len(piece)
        said = words.VANISHING.sub("", piece)
        if said in ("AND", "OR", "NOT"):
            return Token("NOT" if said == "NOT" else f"_{said}", said, start)
        if found := NEAR.match(said):
            return Token("NEAR", _distance(found[1], start, start + len(piece)), start)
        if name := terms.field_name(piece, start):
            return self._term(self._field(name, piece, start), start)
        word = terms.word(piece, start)
        if word is None:
            raise _no_word(said, start)
        return self._term(Phrase((word,)) if _would_act(word.text) else word, start)

    def _field(self, name: str, piece: str, start: int) -> Term:
        begins = start + piece.index(":") + 1
        if self.at > begins:
            return terms.field(name, self.typed[begins : self.at], begins)
        self._skip()
        if self.typed[self.at : self.at + 1] == '"':
            opened = self.at
            self._phrase(exact=False)
            return terms.field(name, self.typed[opened + 1 : self.at - 1], opened)
        value = BARE.match(self.typed, self.at)
        if value is None or value[0] in ("AND", "OR", "NOT"):
            raise terms.no_value(name, begins - 1)
        self.at = value.end()
        return terms.field(name, value[0], value.start())

    def _term(self, term: Term, start: int) -> Token:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise mistake(f"A query holds at most {MOST_TERMS} terms; the one at {{at}} is too many.", start)
        return Token("TERM", term, start)

    def _count(self, token: Token) -> None:
        start = token.start_pos or 0
        self.nots = self.nots + 1 if token.type == "NOT" else 0
        if self.nots > MOST_NOTS:
            raise mistake("Too many NOT in a row at {at}.", start, "one NOT, or none")
        self.nears += token.type == "NEAR"
        if self.nears > MOST_NEARS:
            raise mistake(f"NEAR at {{at}} is one too many: {MOST_NEARS} are the most.", start)
        if token.type == "_OPEN":
            self.open.append(start)
            if len(self.open) > DEEPEST:
                raise mistake(f"Brackets are more than {DEEPEST} deep at {{at}}.", start)
        elif token.type == "_CLOSE":
            if not self.open:
                raise mistake("The bracket at {at} closes none that was opened.", start)
            self.open.pop()


def _would_act(text: str) -> bool:
    """Whether the word, rid of the punctuation around it, reads as something else: "AND," is a word."""
    return text in ("AND", "OR", "NOT") or bool(NEAR.match(text) or terms.NAMED.match(text))


def _distance(said: str | None, start: int, end: int) -> Any:
    found = DISTANCE.match(said or "")
    if found is None:
        at = start + len("NEAR") + (said is not None)
        raise mistake("NEAR needs a number at {at}. Make it NEAR/6.", at, "a number of words, as in NEAR/6")
    if int(found[1]) > WIDEST_NEAR:
        raise mistake(
            f"NEAR at {{at}} reaches over at most {WIDEST_NEAR} words.", start, f"NEAR/{WIDEST_NEAR}"
        )
    return int(found[1]), bool(found[2])


def _no_word(said: str, at: int) -> Exception:
    instead = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT"}.get(said)
    if instead:
        return mistake(f"{said} at {{at}} is not understood.", at, instead)
    if said.strip("*?") == "":
        return mistake(f"{said} at {{at}} finds everything.", at, "letters before it, as in wait*")
    return mistake("There is no word at {at}.", at, "a word")


class Pieces(Lexer):
    """What the parser asks for its tokens."""

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, line: Line) -> Iterator[Token]:  # type: ignore[override]
        return line.tokens()
