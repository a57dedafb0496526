from listening.models.exclusion import Exclusion
from listening.models.keycheck import KeyCheck
from listening.models.label import Label, Sample, SampleItem
from listening.models.lexicon import LexiconInForce, LexiconVersion, Rereading
from listening.models.mention import Author, Match, Mention, MentionVersion
from listening.models.poll import PageAhead, Poll, Quarantined
from listening.models.recheck import Recheck
from listening.models.relevance import RelevanceItem, RelevanceSample
from listening.models.source import Source
from listening.models.story import Likeness, Story, StoryMove
from listening.models.upload import Upload, UploadRow
from listening.models.watchlist import Query, Watchlist, WatchlistVersion

__all__ = [
    "Author",
    "Exclusion",
    "KeyCheck",
    "Label",
    "LexiconInForce",
    "LexiconVersion",
    "Likeness",
    "Match",
    "Mention",
    "MentionVersion",
    "PageAhead",
    "Poll",
    "Quarantined",
    "Query",
    "Recheck",
    "RelevanceItem",
    "RelevanceSample",
    "Rereading",
    "Sample",
    "SampleItem",
    "Source",
    "Story",
    "StoryMove",
    "Upload",
    "UploadRow",
    "Watchlist",
    "WatchlistVersion",
]
