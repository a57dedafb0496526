"""One working example of every adapter, for the tests that run over all of them."""

from dataclasses import dataclass, field, replace
from typing import Any

from listening.queries.parsing import parse
from listening.sources import adapter_for
from listening.sources.contract import (
    Adapter,
    Connection,
    Fate,
    Listening,
    Page,
    ReadsBack,
    Rechecks,
    Target,
    Thread,
)
from tests.recorded import Exchange, Recorded, recording

QUERIES = (Listening(1, parse("Northfield")),)
BACKFILL = 150  # hours


@dataclass(frozen=True)
class Case:
    kind: str
    read: str  # the path that a poll asks
    options: dict[str, Any]
    secrets: tuple[str, ...] = ()
    url_option: str = "api_url"
    url_path: str = ""
    target: Target | None = None
    replied: Exchange | None = field(default=None, compare=False)
    before: tuple[Exchange, ...] = field(default=(), compare=False)  # what a reply reads first
    name: str = ""  # of a second way to read the same network
    recorded: str = ""  # of which kind, where a second one reads the same
    values: dict[str, str] = field(default_factory=dict, compare=False)  # of secrets that say something

    @property
    def adapter(self) -> Adapter:
        return adapter_for(self.kind)

    @property
    def recording(self) -> list[Exchange]:
        return recording(f"{self.recorded or self.name or self.kind}.json")

    def connection(self, server: Recorded, **options: Any) -> Connection:
        # Every test has a port of its own, so that no session of another test is taken up again.
        url = {self.url_option: server.url + self.url_path}
        keys = {name: f"{name}-value" for name in self.secrets} | self.values
        return Connection({**self.options, **url, **options}, keys, may_reach_private=True)

    def fetch(self, server: Recorded, cursor: dict[str, Any] | None = None, **options: Any) -> Page:
        return self.adapter.fetch(self.connection(server, **options), QUERIES, cursor or {})

    def recheck(self, server: Recorded, *ids: str) -> dict[str, Fate]:
        assert isinstance(self.adapter, Rechecks)
        return self.adapter.recheck(self.connection(server), ids)

    def read_back(self, server: Recorded, target: Target) -> Thread:
        assert isinstance(self.adapter, ReadsBack)
        return self.adapter.replies_to(self.connection(server), target)


X = Case(
    "x",
    "/2/tweets/search/recent",
    {"backfill_hours": BACKFILL},
    ("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    target=Target("1790000000000000300"),
    replied={
        "request": {"method": "POST", "uri": "/2/tweets"},
        "status": 201,
        "headers": {},
        "body": {"data": {"id": "1790000000000000400", "text": "Sorry to hear that."}},
    },
)
X_MENTIONS = Case(
    "x",
    "/2/users/42/mentions",
    {"backfill_hours": BACKFILL, "reads": "mentions", "own_handle": "@northfieldcare"},
    ("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    name="x_mentions",
    values={"access_token": "42-value"},
)
X_STREAM = replace(X, kind="x_stream", options={"backfill_hours": BACKFILL}, recorded="x")
REDDIT = Case(
    "reddit",
    "/r/all/search/",
    {"backfill_hours": BACKFILL},
    ("client_id", "client_secret", "username", "password"),
    target=Target("t1_c2"),
    replied={
        "request": {"method": "POST", "uri": "/api/comment/"},
        "status": 200,
        "headers": {},
        "body": {
            "json": {
                "errors": [],
                "data": {
                    "things": [
                        {
                            "kind": "t1",
                            "data": {"id": "c9", "name": "t1_c9", "link_id": "t3_aa3", "body": "Sorry."},
                        }
                    ]
                },
            }
        },
    },
)
GOOGLE = Case(
    "google",
    "/v4/accounts/1/locations/7/reviews",
    {"locations": "accounts/1/locations/7"},
    ("client_id", "client_secret", "refresh_token"),
    target=Target("accounts/1/locations/7/reviews/r4"),
    replied={
        "request": {"method": "PUT", "uri": "/v4/accounts/1/locations/7/reviews/r4/reply"},
        "status": 200,
        "headers": {},
        "body": {"comment": "Sorry to hear that."},
    },
)
REDDIT_FEED = Case(
    "reddit_feed",
    "/r/northfieldtown+larkmoor/new/.rss",
    {"communities": "r/northfieldtown, larkmoor", "account": "northfield_listens", "reads_comments": False},
    ("feed_token",),
)
RSS = Case("rss", "/feed", {"feeds": "https://news.example/feed"}, url_option="feeds", url_path="/feed")
FACEBOOK = Case(
    "facebook",
    "/v25.0/100/ratings",
    {"page": "100", "reads_feed": False},
    ("page_token",),
    target=Target("900001"),
    replied={
        "request": {"method": "POST", "uri": "/v25.0/900001/comments"},
        "status": 200,
        "headers": {},
        "body": {"id": "900001_41"},
    },
)
YELP = Case(
    "yelp",
    "/v3/businesses/northfield-main/reviews",
    {"businesses": "northfield-main"},
    ("api_key",),
)
TRUSTPILOT = Case(
    "trustpilot",
    "/v1/business-units/5f3c/reviews",
    {"business_units": "5f3c", "access": "public", "author_user_id": "u7"},
    ("api_key", "api_secret"),
    target=Target("65a1"),
    replied={
        "request": {"method": "POST", "uri": "/v1/private/reviews/65a1/reply"},
        "status": 201,
        "headers": {},
        "body": {},
    },
)
CAREOPINION = Case(
    "careopinion",
    "/api/v2/opinions",
    {"filters": "nacs=RXX01"},
    ("subscription_key",),
)
YOUTUBE = Case(
    "youtube",
    "/youtube/v3/commentThreads",
    {"videos": "nfTour2026a", "own_channels": "UCown", "backfill_days": BACKFILL},
    ("api_key", "client_id", "client_secret", "refresh_token"),
    target=Target("Ugx3"),
    replied={
        "request": {"method": "POST", "uri": "/youtube/v3/comments"},
        "status": 200,
        "headers": {},
        "body": {"kind": "youtube#comment", "id": "Ugx3.9c", "snippet": {"textDisplay": "Sorry."}},
    },
)

MASTODON = Case(
    "mastodon",
    "/social.example/api/v1/timelines/tag/northfield",
    {"tags": "#northfield", "own_account": "@northfield@social.example"},
    ("access_token",),
    url_option="instances",
    url_path="/social.example",
    target=Target("https://social.example/users/tom/statuses/303", author_handle="tom@social.example"),
    replied={
        "request": {"method": "POST", "uri": "/social.example/api/v1/statuses"},
        "status": 200,
        "headers": {},
        "body": {"id": "9", "uri": "https://social.example/users/northfield/statuses/9"},
    },
)

MASTODON_STREAM = replace(
    MASTODON,
    kind="mastodon_stream",
    options={**MASTODON.options, "public": ""},
    secrets=(),  # some instances stream without one
    recorded="mastodon",
)

PARENT = "at://did:plc:pat/app.bsky.feed.post/3k3"
BLUESKY = Case(
    "bluesky",
    "/xrpc/app.bsky.feed.searchPosts",
    {"backfill_hours": BACKFILL},
    ("handle", "app_password"),
    target=Target(PARENT, author_handle="pat.example"),
    before=(
        {
            "request": {"method": "GET", "uri": "/xrpc/app.bsky.feed.getPosts"},
            "status": 200,
            "headers": {},
            "body": {"posts": [{"uri": PARENT, "cid": "bafyparent", "record": {"text": "Northfield"}}]},
        },
    ),
    replied={
        "request": {"method": "POST", "uri": "/xrpc/com.atproto.repo.createRecord"},
        "status": 200,
        "headers": {},
        "body": {"uri": "at://did:plc:hospital/app.bsky.feed.post/3new", "cid": "bafynew"},
    },
)
NEWS = Case("news", "/rss/search", {})

PAGES = Case(
    "pages",
    "/northfield",
    {"sites": ["127.0.0.1"], "pages": "http://127.0.0.1/northfield"},
    url_option="pages",
    url_path="/northfield",
)

CASES = (
    X,
    X_MENTIONS,
    X_STREAM,
    REDDIT,
    REDDIT_FEED,
    GOOGLE,
    RSS,
    BLUESKY,
    MASTODON,
    MASTODON_STREAM,
    NEWS,
    FACEBOOK,
    YELP,
    TRUSTPILOT,
    CAREOPINION,
    YOUTUBE,
    PAGES,
)
REPLYING = (X, REDDIT, GOOGLE, BLUESKY, MASTODON, FACEBOOK, TRUSTPILOT, YOUTUBE)
