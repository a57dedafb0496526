"""What a network is like, told to an administrator, and its rules, obeyed by the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Terms:
    """A network's rules on what is kept of it. They are enforced in `listening.terms`, nowhere else."""

    may_store_text: bool = True
    may_export: bool = True
    keep_for: timedelta | None = None
    """Its words are erased after it; None: as long as the hospital keeps them."""
    erase_within: timedelta = timedelta(hours=24)
    """How soon what was deleted there must be erased here."""
    recheck_every: timedelta | None = None
    """How often a stored post is looked up again, by its own source or a kin; None: it can't be asked."""


@dataclass(frozen=True)
class Sheet:
    """One page of the source catalogue, each in a calm sentence or two."""

    searches: str  # what it can find
    history: str  # how far back
    replies: str
    deletions: str  # how an edit or a deletion is learned of
    cost: str
    limits: str
    cannot_see: str
    terms_url: str = ""
    keys_url: str = ""  # where its keys are made
    keys: Mapping[str, str] = field(default_factory=dict)  # what each is for, or where it stands
    needs_key: bool = True
    ids: str = ""  # the network whose ids its posts bear, if those are the same in each of its sources
    needs_choice: bool = False  # of pages, of places: without it there is nothing to read
    terms: Terms = field(default_factory=Terms)
