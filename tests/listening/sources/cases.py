"""One working example of every adapter, for the tests that run over all of them."""

from dataclasses import dataclass, field
from typing import Any

from listening.queries.parsing import parse
from listening.sources import adapter_for
from listening.sources.contract import Adapter, Connection, Listening, Page, Target
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

    @property
    def adapter(self) -> Adapter:
        return adapter_for(self.kind)

    @property
    def recording(self) -> list[Exchange]:
        return recording(f"{self.kind}.json")

    def connection(self, server: Recorded, **options: Any) -> Connection:
        # Every test has a port of its own, so that no session of another test is taken up again.
        url = {self.url_option: server.url + self.url_path}
        keys = {name: f"{name}-value" for name in self.secrets}
        return Connection({**self.options, **url, **options}, keys, may_reach_private=True)

    def fetch(self, server: Recorded, cursor: dict[str, Any] | None = None, **options: Any) -> Page:
        return self.adapter.fetch(self.connection(server, **options), QUERIES, cursor or {})


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
RSS = Case("rss", "/feed", {}, url_option="feeds", url_path="/feed")
PAGES = Case("pages", "/northfield", {"sites": ["127.0.0.1"]}, url_option="pages", url_path="/northfield")

CASES = (X, REDDIT, GOOGLE, RSS, PAGES)
REPLYING = (X, REDDIT, GOOGLE)
