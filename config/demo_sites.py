"""The demo's further sources: review sites and comments, there to be switched on. They ask the sandbox."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

KEY = "sandbox-key"
ACCOUNT = dict.fromkeys(("client_id", "client_secret", "refresh_token"), KEY)


def sources(
    system: dict[str, Any], url: str
) -> Iterator[tuple[str, str, int, dict[str, Any], dict[str, str]]]:
    """Kind, name, seconds between polls, options and secrets of each."""
    sites, slugs = system["sites"], [entry["slug"] for entry in system["facility"]]
    page = {"page": sites["facebook_page"], "reads_ratings": True, "reads_feed": True}
    yield "facebook", "Facebook page", 60, {"api_url": url, **page}, {"page_token": KEY}
    businesses = "\n".join(f"{sites['yelp_start']}{slug}" for slug in slugs)
    yield "yelp", "Yelp", 300, {"api_url": url, "businesses": businesses}, {"api_key": KEY}
    unit = {"business_units": sites["trustpilot_unit"], "access": "public", "author_user_id": "sandbox-user"}
    keys = {"api_key": KEY, "api_secret": KEY}
    yield "trustpilot", "Trustpilot", 60, {"api_url": url, **unit}, keys
    stories = {"filters": "q=Northfield", "backfill_days": 7}
    yield "careopinion", "Care Opinion", 120, {"api_url": url, **stories}, {"subscription_key": KEY}
    videos = {"videos": "\n".join(sites["youtube_videos"]), "own_channels": sites["youtube_channel"]}
    pages = "\n".join(f"{url}/reviews/{slug}/" for slug in slugs)
    yield "pages", "Bedside Voices", 600, {"pages": pages, "sites": [urlsplit(url).hostname]}, {}
    yield "youtube", "YouTube comments", 120, {"api_url": url, **videos}, {"api_key": KEY, **ACCOUNT}
