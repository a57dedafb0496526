from listening.models.label import Label, Sample, SampleItem
from listening.models.mention import Author, Match, Mention, MentionVersion
from listening.models.poll import Poll, Quarantined
from listening.models.source import Source
from listening.models.story import Likeness, Story, StoryMove
from listening.models.watchlist import Query, Watchlist

__all__ = [
    "Author",
    "Label",
    "Likeness",
    "Match",
    "Mention",
    "MentionVersion",
    "Poll",
    "Quarantined",
    "Query",
    "Sample",
    "SampleItem",
    "Source",
    "Story",
    "StoryMove",
    "Watchlist",
]
