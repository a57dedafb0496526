"""Posts through the real pipeline in one process, beside the plain loop that one would write first."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import TypeVar

from django.utils import timezone
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from config.bench import posts as realistic
from config.bench.progress import say
from config.bench.table import Figure
from listening import intake, sorting, watchlists
from listening.intake import Listener
from listening.models import Mention, Poll, Source
from listening.queries import asking
from listening.reading import sentiment
from listening.reading.analysis import Reading, ToRead
from listening.sources.contract import Post

T = TypeVar("T")
SUBJECTS = (
    "billing", "parking", "waiting", "emergency room", "nurse", "portal", "appointment", "cafeteria",
    "discharge", "maternity", "imaging", "pharmacy", "surgery", "front desk", "phone line", "insurance",
    "visiting hours", "pediatrics", "physical therapy", "lab results",
)  # fmt: skip
A_TURN = 2_000
PLAIN = SentimentIntensityAnalyzer()
OUR_NAMES = ("northfield", '"northfield health"', "@northfieldhlth")


def measure(*, is_small: bool) -> Iterator[Figure]:
    posts = realistic.gather(300 if is_small else 20_000)
    watch_more()
    feed = realistic.Feed()
    feed.take(posts[:100])  # opens what is opened once: connections, lexicons, models
    fresh = posts[100:]
    ours, plain = race(feed, fresh)
    yield Figure(
        "posts through match + read + store",
        1 / ours,
        "posts/s",
        "VADER and a save() each",
        1 / plain,
        is_more_better=True,
    )
    yield from shares(fresh, feed.source, ours=ours, plain=plain)


def race(feed: realistic.Feed, posts: Sequence[Post]) -> tuple[float, float]:
    """Seconds a post: ours, and of the plain loop over a quarter of the posts.

    They take turns, so that whatever else the machine does meets both.
    """
    polls: list[Poll] = []
    ours = plain = 0.0
    plainly = 0
    for at in range(0, len(posts), A_TURN):
        turn = posts[at : at + A_TURN]
        done, seconds = timed(partial(feed.take, turn))
        polls += done
        ours += seconds
        quarter = turn[: max(1, len(turn) // 4)]
        plain += timed(partial(plain_loop, quarter, feed.source, plainly))[1]
        plainly += len(quarter)
    say(conservation(polls))
    return ours / len(posts), plain / plainly


def watch_more() -> None:
    """As many queries as a health system has, beside the demo's two."""
    lines = [f"{name} {subject}" for name in OUR_NAMES for subject in SUBJECTS]
    watchlists.save(None, name="Subjects", lines=lines, by=None, at=timezone.now())


def shares(posts: Sequence[Post], source: Source, *, ours: float, plain: float) -> Iterator[Figure]:
    """What a post costs at each step, given what it costs in all.

    What only decides is timed by itself; the rest is store.
    """
    sample = posts[:: max(1, len(posts) // 4_000)]
    match, plain_match = matching(sample, source)
    reading, plain_reading = readings(sample, source)
    steps = (
        ("clean and match", match, "each query by itself", plain_match),
        ("read", reading, "VADER alone", plain_reading),
        ("store", ours - match - reading, "a save() each", plain - plain_reading),
    )
    for name, seconds, plainly, baseline in steps:
        yield Figure(
            f"of it: {name} ({seconds / ours:.0%})", seconds * 1e6, "µs a post", plainly, baseline * 1e6
        )


def matching(posts: Sequence[Post], source: Source) -> tuple[float, float]:
    """Seconds a post: cleaned and held against all queries at once, and against each by itself."""
    listener, now = sorting.listener_for(source), timezone.now()
    asked = [asking.positive(query.expression) for query in listener.watched.listening]
    terms = [[term.casefold() for term in one] for one in asked]
    _, ours = timed(lambda: [intake.accept(post, listener, now) for post in posts])
    _, plain = timed(lambda: [found_plainly(post.text, terms) for post in posts])
    return ours / len(posts), plain / len(posts)


def found_plainly(text: str, queries: Sequence[Sequence[str]]) -> list[int]:
    folded = text.casefold()
    return [number for number, terms in enumerate(queries) if all(term in folded for term in terms)]


def readings(posts: Sequence[Post], source: Source) -> tuple[float, float]:
    """Seconds a post: read for tone, lane, language and facility, and for tone by VADER."""
    listener = sorting.listener_for(source)
    _, ours = timed(lambda: [read(post, listener) for post in posts])
    _, plain = timed(lambda: [PLAIN.polarity_scores(post.text) for post in posts])
    return ours / len(posts), plain / len(posts)


def read(post: Post, listener: Listener) -> tuple[Reading, int | None]:
    reading = listener.reader.read(
        ToRead(post.text, title=post.title, rating=post.rating, language=post.language, names=listener.names)
    )
    return reading, listener.facility_of(post, (), listener.source.kind)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    began = perf_counter()
    result = work()
    return result, perf_counter() - began


def plain_loop(posts: Sequence[Post], source: Source, done: int) -> None:
    for number, post in enumerate(posts, done + 1):
        text = post.text.replace("\0", "")  # one such post would end the loop: PostgreSQL refuses it
        score = PLAIN.polarity_scores(text)["compound"]
        now = timezone.now()
        Mention(
            source=source,
            external_id=f"plain-{post.external_id}",
            network="x",
            url=post.url,
            text=text,
            content_hash="",
            published_at=post.published_at or now,
            collected_at=now,
            sentiment=sentiment.label_of(score),
            score=score,
            severity=0,
            level=Mention.Level.P4,
            lane="other",
            reader_version="plain",
            wall_seq=-number,
        ).save()


def conservation(polls: Sequence[Poll]) -> str:
    counts = ("fetched", "inserted", "updated", "unchanged", "dropped", "quarantined")
    return ", ".join(f"{name} {sum(getattr(poll, name) for poll in polls):,}" for name in counts)
