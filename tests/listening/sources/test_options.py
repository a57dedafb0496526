"""What is entered for a source: what would have it read nothing, or something else, is refused in words."""

from typing import Any

import pytest

from listening.sources import adapter_for

NOTHING = "# the old one\n\n"


@pytest.mark.parametrize(
    ("kind", "options", "wrong", "says"),
    [
        ("mastodon", {"instances": "social.example"}, "tags", "Name a hashtag, or search as well"),
        ("mastodon", {"instances": "social.example", "tags": " #\n"}, "tags", "Name a hashtag"),
        ("mastodon", {"instances": NOTHING, "tags": "care"}, "instances", "Name at least one"),
        ("mastodon_stream", {"instances": "social.example"}, "tags", "Name a hashtag, or choose the public"),
        (
            "mastodon_stream",
            {"instances": "social.example", "tags": "\n".join(map(str, range(21)))},
            "tags",
            "at most 20",
        ),
        ("rss", {"feeds": NOTHING}, "feeds", "Name at least one"),
        ("rss", {"feeds": "https://news.example/feed\nthe paper"}, "feeds", "begin with http"),
        ("google", {"locations": NOTHING}, "locations", "Name at least one"),
        ("yelp", {"businesses": NOTHING}, "businesses", "Name at least one"),
        (
            "trustpilot",
            {"business_units": NOTHING, "access": "public"},
            "business_units",
            "Name at least one",
        ),
        ("facebook", {"page": "100"}, "reads_ratings", "Choose one of the two"),
        ("youtube", {"own_channels": "UCown", "videos": NOTHING}, "videos", "Name a video or a channel"),
        ("pages", {"pages": NOTHING}, "pages", "Name one page at least"),
        ("reddit", {"subreddits": "yourtown, our hospital"}, "subreddits", "our hospital is no community"),
        ("reddit_feed", {"communities": ",", "account": "abc"}, "communities", "at least one community"),
        ("reddit_feed", {"communities": "a, b c", "account": "abc"}, "communities", "b c is no community"),
    ],
)
def test_what_would_read_nothing_is_refused(
    kind: str, options: dict[str, Any], wrong: str, says: str
) -> None:
    form = adapter_for(kind).OptionsForm({"api_url": "https://api.example", "backfill_days": 7, **options})
    # At a field: the page shows what is wrong beside it.
    assert list(form.errors) == [wrong]
    assert says in form.errors[wrong][0]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("mastodon", {"instances": "social.example", "search_too": "on"}),
        ("mastodon", {"instances": "# ours\nsocial.example", "tags": "#care"}),
        ("mastodon_stream", {"instances": "social.example", "public": "local"}),
        ("facebook", {"page": "100", "reads_feed": "on"}),
        ("youtube", {"channels": "UCx"}),
        ("reddit", {"subreddits": ""}),
        ("reddit", {"subreddits": "/r/yourtown/, nursing"}),
    ],
)
def test_what_reads_something_is_taken(kind: str, options: dict[str, Any]) -> None:
    form = adapter_for(kind).OptionsForm(options)
    assert form.is_valid(), form.errors
