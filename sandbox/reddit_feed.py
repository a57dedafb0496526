"""Reddit's feeds as an account reads them by its token: Atom, with conditional GET."""

from datetime import UTC, datetime
from hashlib import blake2b
from html import escape
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from sandbox import query, reddit
from sandbox.answers import number, serving, town_of, trouble_with
from sandbox.post import Post
from sandbox.reddit_shapes import DELETED, body, comment, submission
from sandbox.rss import date, is_known, xml
from sandbox.stream import HOUR
from sandbox.town import Town

SITE = "https://www.reddit.com"
MOST = 100


def check_in(request: Request) -> dict[str, str]:
    """A stranger is asked to wait, as nearly every one is there; a token that is wrong reads nothing."""
    asked = request.query_params
    token, user = asked.get("feed", ""), asked.get("user", "")
    if not (token and user):
        raise reddit.Refused(429, "Too Many Requests", {"retry-after": "60"})
    if status := trouble_with(token):
        wait = reddit.Refused(429, "Too Many Requests", {"retry-after": "60"})
        raise reddit.Refused(401, "Unauthorized") if status == 401 else wait
    return reddit.spent(request, "feed")


async def new(request: Request) -> Response:
    headers = check_in(request)
    wanted = reddit.subreddits(request)
    return answer(request, headers, wanted, lambda post: not post.is_comment)


async def comments(request: Request) -> Response:
    headers = check_in(request)
    wanted = reddit.subreddits(request)
    return answer(request, headers, wanted, lambda post: post.is_comment)


async def search(request: Request) -> Response:
    headers = check_in(request)
    try:
        test, _ = query.parse(request.query_params.get("q", ""), query.REDDIT_OPERATORS)
    except query.BadQuery:
        raise reddit.Refused(400, "Bad Request") from None
    earliest = town_of(request).now() - reddit.SPANS["week"] * HOUR
    return answer(
        request, headers, None, lambda post: not post.is_comment and post.at >= earliest and test(post)
    )


def answer(request: Request, headers: dict[str, str], wanted: set[str] | None, test: query.Test) -> Response:
    size = min(number(request.query_params.get("limit"), 25) or 25, MOST)
    posts = list(islice(reddit.between(request, wanted, test), size))
    text = document(str(request.url), posts, town_of(request)).encode()
    newest = max((post.edited_at or post.at for post in posts), default=0)
    headers |= {"etag": f'"{blake2b(text, digest_size=8).hexdigest()}"', "last-modified": date(newest)}
    if is_known(request, headers["etag"], newest):
        return Response(status_code=304, headers=headers)
    serving(request, posts)
    return Response(text, headers=headers, media_type="application/atom+xml; charset=UTF-8")


def document(address: str, posts: list[Post], town: Town) -> str:
    entries = "".join(entry(post, town) for post in posts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f'<id>/r/feed</id><link rel="self" href="{xml(address)}" type="application/atom+xml"/>'
        f"<title>newest</title>{entries}</feed>"
    )


def entry(post: Post, town: Town) -> str:
    shape = comment(post, town) if post.is_comment else submission(post)
    who = DELETED if post.gone == "author" else post.author
    at, changed_at = moment(post.at), moment(post.edited_at or post.at)
    title = f"/u/{who} on {post.link_title}" if post.is_comment else shape["title"]
    return (
        f"<entry><author><name>/u/{xml(who)}</name><uri>{SITE}/user/{xml(who)}</uri></author>"
        f'<category term="{xml(post.subreddit)}" label="r/{xml(post.subreddit)}"/>'
        f'<content type="html">{xml(content(post, who))}</content><id>{post.id}</id>'
        f'<link href="{SITE}{xml(shape["permalink"])}"/><updated>{changed_at}</updated>'
        f"<published>{at}</published><title>{xml(title)}</title></entry>"
    )


def content(post: Post, who: str) -> str:
    written = f'<!-- SC_OFF --><div class="md"><p>{escape(body(post))}</p>\n</div><!-- SC_ON -->'
    if post.is_comment:
        return written
    link = f"{SITE}/r/{post.subreddit}/comments/{post.id.removeprefix('t3_')}/post/"
    return (
        f'{written if post.text else ""} &#32; submitted by &#32; <a href="{SITE}/user/{who}"> /u/{who} </a> '
        f'<br/> <span><a href="{link}">[link]</a></span> &#32; <span><a href="{link}">[comments]</a></span>'
    )


def moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat()


routes = [
    *reddit.both("/r/{subs}/new/.rss", new, "reddit.feed.new"),
    *reddit.both("/r/{subs}/comments/.rss", comments, "reddit.feed.comments"),
    *reddit.both("/search.rss", search, "reddit.feed.search"),
]
