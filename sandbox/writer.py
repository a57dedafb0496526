"""One finished post: a base post, the facility it is about, its author, and what its network adds."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from random import Random
from zlib import crc32

from sandbox import ids, letters, sites, wording
from sandbox.basepost import BasePost, People
from sandbox.decks import COMMENTS, REPOST, STARS, Decks
from sandbox.post import Post, Revision
from sandbox.timetable import Timetable
from sandbox.world import Facility, World

MINUTE = 60_000
BUSY = (34, 27, 14, 15, 10)  # how much is said about each facility, in the order of the world's file
QUOTES = (
    "this.",
    "Same here.",
    "so it's not just me?",
    "reposting for anyone in {city}",
    "still true.",
    "wow.",
    "^^ this",
)
STAR_RATINGS = (5, 5, 5, 5, 5, 5, 4, 4, 3, 2, 1, 1)


class Writer:
    def __init__(
        self, world: World, decks: Decks, people: People, timetable: Timetable, *, seed: str
    ) -> None:
        self.world = world
        self.decks = decks
        self.people = people
        self.timetable = timetable
        self.seed = seed
        self.weights = {each.slug: weight for each, weight in zip(world.facilities, BUSY, strict=False)}

    def write(self, network: str, number: int) -> Post:
        """A network's post with this number; the same for ever."""
        at = self.timetable.moment(network, number)
        order = ids.order_at(at, ids.low_of(network, number))
        rng = Random(f"{self.seed}:{network}:{number}")
        card, base = self.decks.draw(network, number)
        if card.group == REPOST:
            return self.repost(rng, self.original(number, rng), order=order, at=at)
        if base is None:
            return self.stars(rng, network, order=order, at=at)
        post = self.compose(rng, base, network, order=order, at=at)
        if network == "reddit" and card.pool == COMMENTS:
            return self.under(post, self.submission_before(number, rng))
        return post

    def compose(
        self, rng: Random, base: BasePost, network: str, *, order: int, at: int, about: Facility | None = None
    ) -> Post:
        facility = about or self.facility_for(rng, base)
        values = wording.Slots(rng, facility, self.world)
        text = wording.fill(base.text, rng, values)
        post = Post(
            network=network,
            id=str(order),
            order=order,
            at=at,
            author="",
            text=text,
            title=wording.fill(base.title, rng, values),
            kind=base.kind,
            base=base.id,
            lang=base.lang,
            facility=facility.slug,
        )
        if network in sites.A_DAY:
            return sites.dress(network, rng, post, facility, base.rating, self.people)
        return getattr(self, f"for_{network}")(rng, base, facility, post)  # type: ignore[no-any-return]

    def facility_for(self, rng: Random, base: BasePost) -> Facility:
        fitting = [each for each in self.world.facilities if each.slug in base.facilities]
        return self.one_of(fitting or self.world.facilities, rng)

    def one_of(self, facilities: Sequence[Facility], rng: Random) -> Facility:
        return rng.choices(facilities, [self.weights.get(each.slug, BUSY[-1]) for each in facilities])[0]

    # -- What each network adds ----------------------------------------------------------------

    def for_x(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        text = post.text if base.kind == "hostile" else wording.hurry(post.text, rng, base.kind)
        return replace(post, text=text, title="", author=rng.choice(self.people.handles))

    def for_reddit(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        subreddits = self.world.subreddits
        weights = range(len(subreddits), 0, -1)
        made = replace(
            post,
            id=f"t3_{ids.base36(post.order)}",
            title=post.title or post.text[:80],
            author=rng.choice(self.people.reddit_names),
            subreddit=rng.choices(subreddits, weights)[0],
        )
        return self.second_thoughts(rng, made, chance=0.03, longest_wait=90)

    def for_google(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        made = replace(
            post,
            id=ids.review_id(post.order),
            title="",
            author=rng.choice(self.people.reviewers),
            location=facility.location,
            rating=base.rating or rng.choice(STAR_RATINGS),
        )
        return self.second_thoughts(rng, made, chance=0.05, longest_wait=1200)

    def for_mastodon(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        """Tagged by most, for a post without a tag is hardly found there."""
        author = rng.choice(self.people.handles)
        tagged = f"{post.text}\n\n#{self.world.short_name}" if rng.random() < 0.85 else post.text
        made = replace(post, id=status_uri(author, post.order), title="", author=author, text=tagged)
        return self.second_thoughts(rng, made, chance=0.04, longest_wait=90)

    def for_bluesky(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        author = rng.choice(self.people.handles)
        text = post.text if base.kind == "hostile" else wording.hurry(post.text, rng, base.kind)
        return replace(post, id=record_uri(author, post.order), title="", author=author, text=text)

    def for_mailbox(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        """A letter, or what a platform mails of a review: only reviews have a rating."""
        platform = rng.choice(list(letters.PLATFORMS)) if base.rating else ""
        return replace(
            post,
            id=letters.new_id(post.order),
            title="" if platform else post.title,
            author=rng.choice(self.people.reviewers),
            rating=base.rating,
            outlet=platform,
        )

    def for_rss(self, rng: Random, base: BasePost, facility: Facility, post: Post) -> Post:
        outlet = rng.choice(self.people.outlets)
        slug = "-".join(
            "".join(c if c.isalnum() and c.isascii() else " " for c in post.title.lower()).split()[:8]
        )
        address = f"https://{host(outlet)}/news/{slug or 'story'}-{ids.base36(post.order)}"
        has_guid, has_date = rng.random() > 0.12, rng.random() > 0.08
        return replace(post, id=address, author=outlet, outlet=outlet, has_guid=has_guid, has_date=has_date)

    def second_thoughts(self, rng: Random, post: Post, *, chance: float, longest_wait: int) -> Post:
        """A few people come back to add a line to what they wrote."""
        if rng.random() >= chance or post.lang != "en":
            return post
        later = post.at + rng.randint(5, longest_wait) * MINUTE
        text = f"{post.text}\n\n{rng.choice(wording.AFTERTHOUGHTS)}"
        return replace(post, revisions=(Revision(at=later, text=text, rating=post.rating),))

    # -- Posts that lean on others -------------------------------------------------------------

    def stars(self, rng: Random, network: str, *, order: int, at: int) -> Post:
        facility = self.one_of(self.world.facilities, rng)
        post = Post(
            network="google",
            id=ids.review_id(order),
            order=order,
            at=at,
            author=rng.choice(self.people.reviewers),
            text="",
            kind=STARS,
            facility=facility.slug,
            location=facility.location,
            rating=rng.choice(STAR_RATINGS),
        )
        if network == "google":
            return post
        return sites.dress(network, rng, replace(post, network=network), facility, post.rating, self.people)

    def original(self, number: int, rng: Random) -> Post:
        """A recent post on X that is no repost itself."""
        back = number - rng.randint(1, 40)
        while self.decks.card("x", back).group == REPOST:
            back -= 1
        return self.write("x", back)

    def repost(self, rng: Random, original: Post, *, order: int, at: int) -> Post:
        others = [handle for handle in self.people.handles if handle != original.author]
        style, relation = rng.choice((("rt", "retweeted"), ("quote", "quoted"), ("copy", "")))
        text = original.text
        if style == "rt":
            text = f"RT @{original.author}: {original.text}"
        elif style == "quote":
            city = next(each.city for each in self.world.facilities if each.slug == original.facility)
            text = f"{rng.choice(QUOTES).format(city=city)} “{original.text}”"
        if len(text) > wording.LONGEST_X:
            text = f"{text[: wording.LONGEST_X - 1]}…"
        return replace(
            original,
            id=str(order),
            order=order,
            at=at,
            author=rng.choice(others or list(self.people.handles)),
            text=text,
            relation=relation,
            parent=original.id if relation else "",
        )

    def submission_before(self, number: int, rng: Random) -> Post:
        back = number - rng.randint(1, 25)
        while self.decks.card("reddit", back).pool == COMMENTS:
            back -= 1
        return self.write("reddit", back)

    def under(self, post: Post, submission: Post) -> Post:
        return replace(
            post,
            id=post.id.replace("t3_", "t1_"),
            title="",
            subreddit=submission.subreddit,
            link_title=submission.title,
            parent=submission.id,
            relation="replied_to",
        )


INSTANCES = ("larkmoor.example", "harbor.example", "porchlight.example")


def instance_of(author: str) -> str:
    """Where somebody's account on Mastodon is."""
    return INSTANCES[crc32(author.encode(errors="replace")) % len(INSTANCES)]


def status_uri(author: str, order: int) -> str:
    return f"https://{instance_of(author)}/users/{author}/statuses/{ids.mastodon_id(order)}"


def did(author: str) -> str:
    """The name for ever of an account on Bluesky."""
    digest = blake2b(author.lower().encode(errors="replace"), digest_size=15).digest()
    return f"did:plc:{base64.b32encode(digest).decode().lower()}"


def record_uri(author: str, order: int) -> str:
    return f"at://{did(author)}/app.bsky.feed.post/{ids.record_key(order)}"


def host(outlet: str) -> str:
    return f"{''.join(c for c in outlet.lower() if c.isalnum() and c.isascii()) or 'outlet'}.example"
