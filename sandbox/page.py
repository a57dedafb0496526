"""The plain page that shows what the pretend networks have seen."""

from datetime import UTC, datetime
from html import escape
from itertools import islice
from typing import Any

from sandbox.post import Post
from sandbox.stream import NETWORKS
from sandbox.town import Town

NAMES = {
    "x": "X",
    "reddit": "Reddit",
    "google": "Google reviews",
    "rss": "News",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "mailbox": "Letters",
    "facebook": "Facebook",
    "yelp": "Yelp",
    "trustpilot": "Trustpilot",
    "pages": "Bedside Voices",
    "careopinion": "Care Opinion",
    "youtube": "YouTube",
}
SHOWN_REPLIES = 30
SHOWN_POSTS = 12
SHOWN_CHARACTERS = 500

STYLE = """
:root { color-scheme: dark; }
body { margin: 0 auto; max-width: 1200px; padding: 24px; background: #0F1720; color: #F2F5F8;
  font: 15px/1.5 "Inter Variable", Inter, system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 8px; } p { margin: 0; }
.lead, time, .who { color: #AEBBC8; } .who { font-size: 13px; }
.columns { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); }
article { background: #1A2633; border-radius: 10px; padding: 12px 16px; margin-bottom: 8px;
  overflow-wrap: anywhere; overflow: hidden; unicode-bidi: isolate; }
article p { white-space: pre-line; max-height: 12em; overflow: hidden; }
.reply { background: #223344; border-left: 3px solid #63E6BE; margin: 8px 0 0 16px; padding: 8px 12px;
  border-radius: 6px; }
"""


def page(town: Town) -> str:
    replies = list(reversed(town.records.replies[-SHOWN_REPLIES:]))
    answered = "".join(answer(town, reply) for reply in replies) or '<p class="lead">No reply yet.</p>'
    columns = "".join(column(town, network) for network in NETWORKS)
    name, now = escape(town.world.name), clock(town.now())
    lead = f"{name}, its people and every post here are invented. Now {now} UTC."
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The pretend networks</title>'
        '<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="10">'
        f"<style>{STYLE}</style></head><body><h1>What the pretend networks have seen</h1>"
        f'<p class="lead">{lead}</p>'
        f'<section id="replies"><h2>Replies posted</h2>{answered}</section>'
        f'<section id="posts"><h2>Newest posts</h2><div class="columns">{columns}</div></section>'
        "</body></html>"
    )


def answer(town: Town, reply: dict[str, Any]) -> str:
    """A reply under the post that it answers."""
    post = town.find(reply["network"], reply["in_reply_to"]) if reply["in_reply_to"] else None
    account = town.world.handle if reply["network"] == "x" else town.world.short_name
    above = told(post) if post else f'<div class="who">{NAMES[reply["network"]]}</div>'
    who = f'<div class="who">{escape(account)} · {clock(reply["at"])}</div>'
    text = f"<p>{escape(shorten(reply['text']))}</p>"
    return f'<article>{above}<div class="reply" data-id="{escape(reply["id"])}">{who}{text}</div></article>'


def column(town: Town, network: str) -> str:
    posts = islice(town.newest(network), SHOWN_POSTS)
    found = (
        "".join(f"<article>{told(post)}</article>" for post in posts) or '<p class="lead">Nothing yet.</p>'
    )
    return f"<div><h2>{NAMES[network]}</h2>{found}</div>"


def told(post: Post) -> str:
    stars = f" · {post.rating} of 5 stars" if post.rating else ""
    place = f" · r/{post.subreddit}" if post.subreddit else ""
    title = f"<p><strong>{escape(shorten(post.title))}</strong></p>" if post.title else ""
    return (
        f'<div class="who">{NAMES[post.network]} · {escape(shorten(post.author))}{escape(place)}{stars} · '
        f"<time>{clock(post.at)}</time></div>{title}<p>{escape(shorten(post.text))}</p>"
    )


def shorten(text: str) -> str:
    shown = text.replace("\0", "\ufffd")
    return shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[:SHOWN_CHARACTERS]}…"


def clock(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
