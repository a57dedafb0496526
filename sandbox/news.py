"""Google News' feed of a search over the invented outlets, as it writes its entries."""

import re
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import ids, query
from sandbox.answers import serving, town_of
from sandbox.post import Post
from sandbox.rss import date, xml
from sandbox.stream import HOUR
from sandbox.writer import host

ENTRIES = 100
WHEN = re.compile(r"(?:^|\s)when:(\d{1,3})([hd])(?=\s|$)")
LINK = "https://news.google.com/rss/articles/"


async def search(request: Request) -> Response:
    """No answer is refused: what cannot be read finds nothing, as there."""
    town, asked = town_of(request), request.query_params.get("q", "")
    within = [int(amount) * (HOUR if unit == "h" else 24 * HOUR) for amount, unit in WHEN.findall(asked)]
    since = town.now() - min(within) if within else 0
    try:
        test, _ = query.parse(WHEN.sub(" ", asked).strip(), {})
        found = (post for post in town.newest("rss") if post.at >= since and test(post))
        posts = list(islice(found, ENTRIES))
    except query.BadQuery:
        posts = []
    serving(request, posts)
    body = document(asked, posts)
    return Response(body.encode(), media_type="application/xml; charset=utf-8")


def document(asked: str, posts: list[Post]) -> str:
    entries = "".join(entry(post) for post in posts)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rss version="2.0"><channel>'
        "<generator>NFE/5.0</generator>"
        f'<title>"{xml(asked)}" - Google News</title><link>https://news.google.com/search</link>'
        f"<language>en-US</language>{entries}</channel></rss>"
    )


def entry(post: Post) -> str:
    headline, outlet, name = xml(post.title), xml(post.outlet), f"CBMi{ids.base36(post.order)}"
    again = xml(
        f'<a href="{LINK}{name}?oc=5" target="_blank">{headline}</a>&nbsp;&nbsp;'
        f'<font color="#6f6f6f">{outlet}</font>'
    )
    return (
        f"<item><title>{headline} - {outlet}</title><link>{LINK}{name}?oc=5</link>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>{date(post.at)}</pubDate>'
        f'<description>{again}</description><source url="https://{host(post.outlet)}">{outlet}</source></item>'
    )


routes = [Route("/rss/search", search, name="news.search")]
