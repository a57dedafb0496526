"""Bedside Voices, an invented review site: a page for each facility, marked up as JSON-LD, and robots.txt."""

import json
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.answers import number, serving, town_of
from sandbox.post import Post
from sandbox.rss import date, is_known, xml
from sandbox.world import Facility

SITE = "https://bedside-voices.example"
ON_A_PAGE = 20
OLDER, OLDER_STARS = 140, 3.6
"""Reviews of each facility that are too old to be shown, and what they gave."""
ROBOTS = "User-agent: *\nDisallow: /_sandbox/\nAllow: /reviews/\n"


def moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat()


def review(post: Post) -> dict[str, Any]:
    """A review has an address of its own, which holds wherever this sandbox runs."""
    marked = {
        "@type": "Review",
        "@id": f"{SITE}/{post.location}/{post.id}",
        "author": {"@type": "Person", "name": post.author},
        "datePublished": moment(post.at),
        "name": post.title,
        "reviewBody": post.text,
        "inLanguage": post.lang,
        "reviewRating": {"@type": "Rating", "ratingValue": post.rating, "bestRating": 5, "worstRating": 1},
    }
    return marked | ({"dateModified": moment(post.edited_at)} if post.edited_at else {})


def markup(facility: Facility, shown: list[Post], every: list[Post]) -> str:
    """As it stands in the page: nothing in it may end the element around it."""
    stars = [post.rating for post in every if post.rating]
    count = len(stars) + OLDER
    average = {"ratingValue": f"{(sum(stars) + OLDER * OLDER_STARS) / count:.1f}", "reviewCount": count}
    marked = {
        "@context": "https://schema.org",
        "@type": "Hospital",
        "name": facility.name,
        "aggregateRating": {"@type": "AggregateRating", "bestRating": 5, **average},
        "review": [review(post) for post in shown],
    }
    return json.dumps(marked).replace("<", "\\u003c")


def document(facility: Facility, shown: list[Post], every: list[Post], onward: str) -> str:
    following = f'<link rel="next" href="{xml(onward)}">' if onward else ""
    articles, name = "\n".join(article(post) for post in shown), xml(facility.name)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}: reviews</title>'
        f'{following}<script type="application/ld+json">{markup(facility, shown, every)}</script></head>'
        f"<body><h1>{name}</h1>\n{articles}\n</body></html>"
    )


def article(post: Post) -> str:
    return (
        f"<article><h2>{xml(post.title)}</h2><p>{post.rating} of 5, {xml(post.author)}, {date(post.at)}</p>"
        f"<p>{xml(post.text)}</p></article>"
    )


async def page(request: Request) -> Response:
    town = town_of(request)
    facility = town.world.facility(request.path_params["slug"])
    at = number(request.query_params.get("page"), 1)
    if facility is None or not at:
        return PlainTextResponse("There is no such page.\n", 404)
    every = [post for post in town.newest("pages") if post.location == facility.slug]
    shown = every[(at - 1) * ON_A_PAGE : at * ON_A_PAGE]
    onward = f"{request.url.path}?page={at + 1}" if len(every) > at * ON_A_PAGE else ""
    body = document(facility, shown, every, onward)
    newest = max((post.edited_at or post.at for post in shown), default=0)
    headers = {
        "etag": f'"{blake2b(body.encode(), digest_size=8).hexdigest()}"',
        "last-modified": date(newest),
    }
    if is_known(request, headers["etag"], newest):
        return Response(status_code=304, headers=headers)
    serving(request, shown)
    return HTMLResponse(body, headers=headers | {"content-security-policy": "default-src 'none'"})


async def robots(request: Request) -> Response:
    return PlainTextResponse(ROBOTS)


routes = [
    Route("/reviews/{slug}/", page, name="pages.page"),
    Route("/robots.txt", robots, name="pages.robots"),
]
