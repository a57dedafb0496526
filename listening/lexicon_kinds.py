"""The word lists that an admin may change: how each is parsed, and which of a reader's it is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listening.models import LexiconVersion
from listening.reading.healthwords import HealthLexicon
from listening.reading.taxonomy import Taxonomy

FOLDER = Path(__file__).parent / "reading" / "lexicon"

MAX_CHARACTERS = 200_000
MAX_LINES = 5_000


class BadBody(ValueError):
    """Why a body cannot be a word list, in words for whoever wrote it; with the place where there is one."""


@dataclass(frozen=True)
class Kind:
    name: str  # in addresses and in the database
    letter: str  # in the version of a reader
    label: str
    says: str  # what it is for
    field: str  # of Reader
    shipped: str
    parse: Callable[[str], Any]


KINDS: dict[str, Kind] = {}


ODD = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What a parser may raise at a body that nobody foresaw."""


def parsed(kind: Kind, body: str) -> Any:
    """The word list that a body says. BadBody names what is wrong with it."""
    if len(body) > MAX_CHARACTERS or body.count("\n") >= MAX_LINES:
        raise BadBody(f"It is too long: at most {MAX_LINES:,} lines and {MAX_CHARACTERS:,} characters.")
    try:
        return kind.parse(body)
    except RecursionError:
        raise BadBody("Its brackets are nested too deeply.") from None
    except ODD as error:
        raise BadBody(str(error) or "It is not a word list.") from error


def _shipped(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _register(*kinds: Kind) -> None:
    KINDS.update((kind.name, kind) for kind in kinds)


_register(
    Kind(
        LexiconVersion.Kind.HEALTH,
        "h",
        "Health words",
        "Words and what they weigh in the tone of a post, and clinical words that weigh nothing.",
        "lexicon",
        _shipped("health.toml"),
        HealthLexicon.parse,
    ),
    Kind(
        LexiconVersion.Kind.TOPICS,
        "t",
        "Topics",
        "What a post can be about, and the words that tell.",
        "taxonomy",
        _shipped("topics.toml"),
        Taxonomy.parse,
    ),
)
