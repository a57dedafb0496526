from listening.models.lexicon import LexiconInForce, LexiconVersion, Rereading
from listening.models.mention import Author, Match, Mention, MentionVersion
from listening.models.poll import Poll, Quarantined
from listening.models.source import Source
from listening.models.watchlist import Query, Watchlist

__all__ = [
    "Author",
    "LexiconInForce",
    "LexiconVersion",
    "Match",
    "Mention",
    "MentionVersion",
    "Poll",
    "Quarantined",
    "Query",
    "Rereading",
    "Source",
    "Watchlist",
]
