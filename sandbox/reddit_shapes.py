"""How Reddit writes a submission, a comment and an account, with every attribute a client may look for."""

from html import escape
from typing import Any
from zlib import crc32

from sandbox.post import Post
from sandbox.town import Town

DELETED = "[deleted]"
REMOVED = "[removed]"


def thing(post: Post, town: Town, *, is_raw: bool) -> dict[str, Any]:
    """Unless raw JSON was asked for, Reddit escapes markup in every string."""
    kind, data = ("t1", comment(post, town)) if post.is_comment else ("t3", submission(post))
    if not is_raw:
        data = {
            name: escape(value, quote=False) if isinstance(value, str) else value
            for name, value in data.items()
        }
    return {"kind": kind, "data": data}


def body(post: Post) -> str:
    if post.gone:
        return DELETED if post.gone == "author" else REMOVED
    return post.text


def shared(post: Post) -> dict[str, Any]:
    """What submissions and comments have in common."""
    author_is_gone = post.gone == "author"
    score = 1 + crc32(post.id.encode(errors="replace")) % 40
    return {
        "id": post.id.split("_", 1)[-1],
        "name": post.id,
        "author": DELETED if author_is_gone else post.author,
        "author_fullname": None if author_is_gone else f"t2_{crc32(post.author.encode(errors='replace')):x}",
        "author_flair_text": None,
        "subreddit": post.subreddit,
        "subreddit_id": f"t5_{crc32(post.subreddit.encode(errors='replace')):x}",
        "subreddit_name_prefixed": f"r/{post.subreddit}",
        "subreddit_type": "public",
        "created": float(post.at // 1000),
        "created_utc": float(post.at // 1000),
        "edited": float(post.edited_at // 1000) if post.edited_at else False,
        "score": score,
        "ups": score,
        "downs": 0,
        "gilded": 0,
        "likes": None,
        "saved": False,
        "stickied": False,
        "archived": False,
        "locked": post.is_locked,
        "distinguished": None,
        "banned_by": None,
        "approved_by": None,
        "num_reports": None,
        "mod_reports": [],
        "user_reports": [],
        "removal_reason": None,
    }


def submission(post: Post) -> dict[str, Any]:
    path = f"/r/{post.subreddit}/comments/{post.id.removeprefix('t3_')}/post/"
    return {
        **shared(post),
        "title": post.title if post.gone != "author" else "[deleted by user]",
        "selftext": body(post),
        "selftext_html": f'<div class="md"><p>{escape(body(post))}</p></div>',
        "is_self": True,
        "domain": f"self.{post.subreddit}",
        "permalink": path,
        "url": f"https://www.reddit.com{path}",
        "num_comments": crc32(post.base.encode()) % 12,
        "upvote_ratio": 0.9,
        "over_18": False,
        "spoiler": False,
        "hidden": False,
        "quarantine": False,
        "is_video": False,
        "link_flair_text": None,
        "thumbnail": "self",
        "media": None,
        "suggested_sort": None,
        "view_count": None,
        "removed_by": None,
        "removed_by_category": {"author": "deleted", "moderator": "moderator"}.get(post.gone),
    }


def comment(post: Post, town: Town) -> dict[str, Any]:
    link = top(post, town)
    path = f"/r/{post.subreddit}/comments/{link.removeprefix('t3_')}/post/"
    return {
        **shared(post),
        "body": body(post),
        "body_html": f'<div class="md"><p>{escape(body(post))}</p></div>',
        "link_id": link,
        "parent_id": post.parent,
        "link_title": post.link_title,
        "link_url": f"https://www.reddit.com{path}",
        "link_permalink": f"https://www.reddit.com{path}",
        "link_author": "",
        "permalink": f"{path}{post.id.removeprefix('t1_')}/",
        "num_comments": 0,
        "is_submitter": False,
        "over_18": False,
        "quarantine": False,
        "score_hidden": False,
        "controversiality": 0,
        "collapsed": False,
        "depth": 0,
        "replies": "",
    }


def top(post: Post, town: Town) -> str:
    """The submission a comment stands under, through the comments between."""
    above: Post | None = post
    while above is not None and above.is_comment:
        parent = above.parent
        above = town.find("reddit", parent)
        if above is None:
            return parent
    return above.id if above else post.parent


def account(name: str) -> dict[str, Any]:
    return {
        "id": f"{crc32(name.encode()):x}",
        "name": name,
        "created_utc": 1_600_000_000.0,
        "link_karma": 12,
        "comment_karma": 340,
        "is_employee": False,
        "is_mod": False,
        "verified": True,
        "has_verified_email": True,
        "icon_img": "",
        "subreddit": None,
    }
