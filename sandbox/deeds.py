"""What a tester or a client makes happen in the town: post, answer, edit, delete, storm, silence."""

from datetime import UTC, datetime
from typing import Any

from sandbox import ids, letters, sites
from sandbox.post import Post
from sandbox.records import as_entry
from sandbox.storms import KINDS, LARGEST, Storm
from sandbox.stream import NETWORKS
from sandbox.town import Town
from sandbox.writer import host, record_uri, status_uri

PASSER_BY = "a_passer_by"
SHORT = ("x", "mastodon", "bluesky")
"""Networks of short posts: no titles, no communities; anybody answers anybody."""

REVIEWED = ("google", "trustpilot")
"""Where a review has one answer of its owner."""
TALKING = (*SHORT, "reddit", "facebook", "youtube")
"""Where an answer is a post like others."""


class Unusable(ValueError):
    """What was asked cannot be done; the message says why."""


def inject(town: Town, asked: dict[str, Any]) -> Post:
    """Put a post into a network as if someone had just written it."""
    network = asked.get("network")
    if network not in NETWORKS:
        raise Unusable(f"network must be one of {', '.join(NETWORKS)}")
    if not isinstance(asked.get("text", ""), str):
        raise Unusable("text must be a string")
    now = town.now()
    order = town.records.next_order(now)
    id = str(asked.get("id") or new_id(network, order, asked))
    if town.find(network, id) is not None:
        raise Unusable(f"{network} already has a post {id}")
    post = Post(
        network=network,
        id=id,
        order=order,
        at=moment(asked["published_at"]) if asked.get("published_at") else now,
        author=str(asked.get("author") or PASSER_BY),
        text=asked.get("text", ""),
        title=title(network, asked),
        kind=str(asked.get("kind", "injected")),
        base="injected",
        lang=str(asked.get("lang", "en")),
        **whereabouts(town, network, asked),
    )
    town.records.add("post", post=as_entry(post))
    return post


def new_id(network: str, order: int, asked: dict[str, Any]) -> str:
    if network == "x":
        return str(order)
    author = str(asked.get("author") or PASSER_BY)
    if network == "google":
        return ids.review_id(order)
    if network == "mailbox":
        return letters.new_id(order)
    if network in sites.A_DAY:
        return sites.new_id(network, order, str(asked.get("parent") or ""))
    if network == "mastodon":
        return status_uri(author, order)
    if network == "bluesky":
        return record_uri(author, order)
    if network == "reddit":
        return f"{'t1' if asked.get('parent') else 't3'}_{ids.base36(order)}"
    return f"https://{host(str(asked.get('outlet') or 'injected'))}/news/injected-{ids.base36(order)}"


def title(network: str, asked: dict[str, Any]) -> str:
    """On Mastodon it is the warning before the words."""
    if network == "mastodon":
        return str(asked.get("title") or "")
    if network in (*SHORT, "google", "yelp", "facebook", "youtube") or (
        network == "reddit" and asked.get("parent")
    ):
        return ""
    return str(asked.get("title") or asked.get("text", "")[:80])


def whereabouts(town: Town, network: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Where on its network a post stands: its location and rating, subreddit and parent, or outlet."""
    if network == "google":
        facility = town.world.facility(str(asked.get("facility", ""))) or town.world.facilities[0]
        return {"location": str(asked.get("location") or facility.location), "rating": stars(asked)}
    if network == "rss":
        return {"outlet": str(asked.get("outlet") or "Injected Herald")}
    if network == "mailbox":
        return {}
    parent = str(asked.get("parent") or "")
    answered = town.find(network, parent) if parent else None
    if parent and answered is None:
        raise Unusable(f"{network} has no post {parent}")
    if network in sites.A_DAY:
        stars(asked)
        return sites.whereabouts(town.world, network, asked, answered)
    found = {"parent": parent, "relation": "replied_to" if parent else ""}
    if network in SHORT:
        return found
    subreddit = answered.subreddit if answered else str(asked.get("subreddit") or town.world.subreddits[0])
    thread = answered.link_title or answered.title if answered else ""
    return {**found, "subreddit": subreddit, "link_title": thread, "is_locked": bool(asked.get("locked"))}


def stars(asked: dict[str, Any]) -> int | None:
    rating = asked.get("rating")
    if rating is not None and (not isinstance(rating, int) or not 1 <= rating <= 5):
        raise Unusable("rating must be a whole number from 1 to 5")
    return rating


def moment(text: object) -> int:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise Unusable(f"not a time: {text}") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def locate(town: Town, asked: dict[str, Any]) -> Post:
    networks = [asked["network"]] if asked.get("network") in NETWORKS else NETWORKS
    found = (town.find(network, str(asked.get("id", ""))) for network in networks)
    post = next((post for post in found if post is not None), None)
    if post is None:
        raise Unusable(f"no network has a post {asked.get('id')}")
    return post


def edit(town: Town, asked: dict[str, Any]) -> Post:
    post = locate(town, asked)
    if not isinstance(asked.get("text"), str):
        raise Unusable("text must be a string")
    if post.network == "mailbox":
        raise Unusable("a mail cannot be changed once it is sent")
    now = town.now()
    revision = {"at": now, "text": asked["text"], "rating": asked.get("rating"), "id": "", "order": 0}
    if post.network == "x":
        order = town.records.next_order(now)
        revision |= {"id": str(order), "order": order}
    town.records.add("edit", network=post.network, id=post.key, revision=revision)
    return locate(town, {"network": post.network, "id": post.key})


def delete(town: Town, asked: dict[str, Any]) -> Post:
    post = locate(town, asked)
    by = asked.get("by", "author")
    if by not in ("author", "moderator"):
        raise Unusable("by must be author or moderator")
    town.records.add("delete", network=post.network, id=post.key, by=by)
    return post


def storm(town: Town, asked: dict[str, Any]) -> Storm:
    if asked.get("kind") not in KINDS:
        raise Unusable(f"kind must be one of {', '.join(KINDS)}")
    minutes, per_minute = asked.get("minutes", 10), asked.get("per_minute", 30)
    if not all(isinstance(value, (int, float)) and value > 0 for value in (minutes, per_minute)):
        raise Unusable("minutes and per_minute must be numbers above 0")
    number = len(town.records.storms)
    made = Storm(number=number, kind=asked["kind"], at=town.now(), minutes=minutes, per_minute=per_minute)
    if minutes * per_minute > LARGEST:
        raise Unusable(f"a storm has at most {LARGEST} posts")
    town.records.add("storm", storm=vars(made))
    return made


def quiet(town: Town, asked: dict[str, Any]) -> bool:
    town.records.add("quiet", on=bool(asked.get("on", True)), at=town.now())
    return town.records.is_quiet


def answer(town: Town, to: Post | None, text: str, *, network: str, author: str, id: str = "") -> Post:
    """The hospital posts in its own name, usually under someone's post; `id` if it chose one itself."""
    post = speak(town, to, text, network=network, author=author, id=id)
    note(town, network, post.id, post.parent, text, post.at)
    return post


def answer_natively(town: Town, asked: dict[str, Any]) -> str:
    """Somebody of the hospital answers on the network itself; the ledger of what we sent does not know it."""
    post, words = locate(town, asked), asked.get("text")
    if not isinstance(words, str) or not words.strip():
        raise Unusable("text must be a string with words in it")
    if post.network in REVIEWED:
        town.records.add("review_reply", review=post.id, text=words, at=town.now())
        return f"{post.id}/reply"
    if post.network not in TALKING:
        raise Unusable(f"nobody can answer on {post.network}")
    return speak(town, post, words, network=post.network, author=account(town, post.network)).id


def account(town: Town, network: str) -> str:
    """The name of the hospital there."""
    if network in SHORT:
        return town.world.handle
    return town.world.reddit_account if network == "reddit" else town.world.name


def speak(town: Town, to: Post | None, text: str, *, network: str, author: str, id: str = "") -> Post:
    now = town.now()
    order = town.records.next_order(now)
    post = Post(
        network=network,
        id=id or new_id(network, order, {"author": author, "parent": to.id if to else "t3_0"}),
        order=order,
        at=now,
        author=author,
        text=text,
        kind="reply",
        base="reply",
        parent=to.id if to else "",
        relation="replied_to" if to else "",
        subreddit=to.subreddit if to else "",
        link_title=(to.link_title or to.title) if to else "",
        location=to.location if to else "",
        is_ours=True,
    )
    town.records.add("post", post=as_entry(post))
    return post


def answer_review(town: Town, review: Post, text: str) -> int:
    """One reply a review: a second replaces the first, and both are in the ledger."""
    now = town.now()
    town.records.add("review_reply", review=review.id, text=text, at=now)
    note(town, review.network, f"{review.id}/reply", review.id, text, now)
    return now


def note(town: Town, network: str, id: str, to: str, text: str, at: int) -> None:
    town.records.add("reply", network=network, id=id, in_reply_to=to, text=text, at=at)
