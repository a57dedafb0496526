"""The review sites and comment threads beside the great networks: what a post there is like."""

import tomllib
from dataclasses import replace
from random import Random
from typing import Any

from sandbox import ids
from sandbox.basepost import People
from sandbox.post import Post, Revision
from sandbox.world import WORLD_FILE, Facility, World

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
STAR_RATINGS = (5, 5, 5, 5, 4, 3, 2, 1, 1)
STARS = "stars"

_OURS = tomllib.loads(WORLD_FILE.read_text(encoding="utf-8"))["sites"]
PAGE: str = _OURS["facebook_page"]
UNIT: str = _OURS["trustpilot_unit"]
CHANNEL: str = _OURS["youtube_channel"]
VIDEOS: tuple[str, ...] = tuple(_OURS["youtube_videos"])

A_DAY = {"facebook": 200, "yelp": 40, "trustpilot": 60, "careopinion": 40, "youtube": 120, "pages": 120}
ID_STARTS = {"yelp": "yl-", "trustpilot": "tp-", "youtube": "Ugx-", "pages": "bv-"}
RATED = frozenset({"yelp", "trustpilot", "pages"})
REPLIED_TO = "replied_to"


def business(facility: Facility) -> str:
    """What a facility is called in the addresses of Yelp."""
    return f"{_OURS['yelp_start']}{facility.slug}"


def new_id(network: str, order: int, parent: str = "") -> str:
    if network == "careopinion":
        return str(order)
    if network == "facebook":
        first = parent.rsplit("_", 1)[-1] if parent else PAGE
        return f"{first}_{order}"
    if network == "youtube" and parent:
        return f"{parent.split('.', 1)[0]}.r-{ids.base36(order)}"
    return f"{ID_STARTS[network]}{ids.base36(order)}"


def dress(
    network: str, rng: Random, post: Post, facility: Facility, rating: int | None, people: People
) -> Post:
    """A composed post as it stands on one of these sites."""
    made = replace(
        post,
        title=(post.title or post.text[:60]) if network in ("trustpilot", "careopinion", "pages") else "",
        author=rng.choice(people.reviewers),
        **place(network, rng, post, facility, rating),
    )
    made = replace(made, id=new_id(network, made.order, made.parent))
    if network == "yelp" or rng.random() > 0.04 or not made.text:
        return made
    later = made.at + rng.randint(5, 1200) * MINUTE
    line = Revision(at=later, text=f"{made.text}\n\nEdit: a week on, no one has called.", rating=made.rating)
    return replace(made, revisions=(line,))


def place(network: str, rng: Random, post: Post, facility: Facility, rating: int | None) -> dict[str, Any]:
    if network == "youtube":
        return {"location": rng.choice(VIDEOS)}
    if network == "yelp":
        return {"location": business(facility), "rating": rating or rng.choice(STAR_RATINGS)}
    if network == "pages":
        return {"location": facility.slug, "rating": rating or rng.choice(STAR_RATINGS)}
    if network == "trustpilot":
        return {"location": UNIT, "rating": rating or rng.choice(STAR_RATINGS)}
    if network == "careopinion":
        return {"location": facility.slug}
    if rating or post.kind == STARS or rng.random() < 0.2:
        return {"location": PAGE, "rating": rating or rng.choice(STAR_RATINGS)}
    if rng.random() < 0.3:
        return {"location": PAGE}
    return {"location": PAGE, "parent": announcement(post.at).id, "relation": REPLIED_TO}


def announcement(at: int) -> Post:
    """What the page itself posted last before that moment: one a day."""
    moment = (at - DAY // 2) // DAY * DAY + DAY // 2
    order = ids.order_at(moment)
    return Post(
        network="facebook",
        id=f"{PAGE}_{order}",
        order=order,
        at=moment,
        author="Northfield Health",
        text="Good morning. Our clinics are open today from 8 to 6, and the portal is open all night.",
        kind="announcement",
        location=PAGE,
        is_ours=True,
    )


def whereabouts(world: World, network: str, asked: dict[str, Any], parent: Post | None) -> dict[str, Any]:
    """Where an injected post stands: under what, about which place, with how many stars."""
    facility = world.facility(str(asked.get("facility", ""))) or world.facilities[0]
    location = parent.location if parent else str(asked.get("location") or "")
    found: dict[str, Any] = {
        "location": location or place_of(network, facility),
        "parent": parent.id if parent else "",
        "relation": REPLIED_TO if parent else "",
    }
    if network in RATED or network == "facebook":
        found["rating"] = asked.get("rating", 3 if network in RATED else None)
    return found


def place_of(network: str, facility: Facility) -> str:
    fixed = {"facebook": PAGE, "trustpilot": UNIT, "youtube": VIDEOS[0]}
    fixed |= dict.fromkeys(("careopinion", "pages"), facility.slug)
    return fixed.get(network, business(facility))
