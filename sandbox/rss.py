"""News feeds of the invented outlets, one each and `news` for all of them, with conditional GET."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from itertools import islice
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import json_answer, serving, town_of
from sandbox.post import Post

ENTRIES = 40
EVERYTHING = ("news", "all")
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def slug(outlet: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", outlet.lower()))


def xml(text: str) -> str:
    """Escaped, and without what XML cannot hold: control characters, lone surrogates."""
    return escape(FORBIDDEN.sub("\ufffd", text))


def date(milliseconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(milliseconds // 1000, UTC), usegmt=True)


async def feed(request: Request) -> Response:
    town, name = town_of(request), request.path_params["name"]
    outlets = town.stream.writer.people.outlets
    titles = {slug(outlet): outlet for outlet in outlets}
    titles |= {slug(post.outlet): post.outlet for post in town.records.posts.values() if post.outlet}
    titles |= dict.fromkeys(EVERYTHING, f"News from {town.world.facilities[0].city} and around")
    if name not in titles:
        return Response("No such feed\n", 404, media_type="text/plain")
    wanted = (post for post in town.newest("rss") if name in EVERYTHING or slug(post.outlet) == name)
    posts = list(islice(wanted, ENTRIES))
    body = document(titles[name], str(request.url), posts).encode()
    newest = max((post.edited_at or post.at for post in posts), default=0)
    headers = {"etag": f'"{blake2b(body, digest_size=8).hexdigest()}"', "last-modified": date(newest)}
    if is_known(request, headers["etag"], newest):
        return Response(status_code=304, headers=headers)
    serving(request, posts)
    return Response(body, headers=headers, media_type="application/rss+xml; charset=utf-8")


def is_known(request: Request, etag: str, newest: int) -> bool:
    """An entity tag has the last word; a date only counts without one."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return newest // 1000 <= since.timestamp()


def document(title: str, address: str, posts: list[Post]) -> str:
    entries = "\n".join(entry(post) for post in posts)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n'
        f"<title>{xml(title)}</title><link>{xml(address)}</link>"
        f"<description>{xml(title)}</description><ttl>5</ttl>\n{entries}\n</channel></rss>\n"
    )


def entry(post: Post) -> str:
    """The description is HTML as its writer left it, hostile markup included."""
    guid = f'<guid isPermaLink="true">{xml(post.id)}</guid>' if post.has_guid else ""
    dated = f"<pubDate>{date(post.at)}</pubDate>" if post.has_date else ""
    return (
        f"<item><title>{xml(post.title)}</title><link>{xml(post.id)}</link>{guid}{dated}"
        f"<description>{xml(f'<p>{post.text}</p>')}</description></item>"
    )


async def index(request: Request) -> Response:
    outlets = town_of(request).stream.writer.people.outlets
    names = [*EVERYTHING, *(slug(outlet) for outlet in outlets)]
    return json_answer({"feeds": [f"/feeds/{name}.xml" for name in names]})


routes = [
    Route("/feeds/", index, name="rss.index"),
    Route("/feeds/{name}.xml", feed, name="rss.feed"),
]
