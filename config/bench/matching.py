"""Boolean queries held against a stream of posts, beside one regular expression and a loop over the queries.

A stream names many hospitals, and most of them are not ours: of 2,000 invented towns, 200 are listened for at
10,000 queries, with 50 subjects each. Every post is a real one of the sandbox, moved to one of the towns.
"""

import random
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice, product
from time import process_time

from config.bench import posts as realistic
from config.bench.progress import say
from config.bench.table import Figure
from listening.queries import asking
from listening.queries.asked import Asked
from listening.queries.matching import Matcher, Prepared, prepared, settled
from listening.queries.view import View
from listening.sources.contract import Post

SIZES = (10, 100, 1_000, 5_000, 10_000)
POSTS = 20_000
TURNS = 5
ALTERNATION_POSTS, LOOP_POSTS = 400, 40
"""The baselines take so long that a part of the posts must do."""

OURS = re.compile("northfield", re.IGNORECASE)
TOWNS = 2_000
TOWN = (
    "ash birch brook clear cold deep east elm fair fern glen gold green hazel high ivy lake lark long low",
    "er en ing y o",
    "ton ham ford wick dale mere field moor view gate wood land port burn cliff side well worth by ley",
)
ABOUT = (
    "wait*",
    "(hours NEAR/6 (waiting OR chair* OR lobby))",
    "(rude OR unhelpful OR ignored)",
    "(parking OR valet OR garage)",
    "(bill* OR invoice OR charged)",
    '("left without being seen" OR lwbs)',
    "(nurse* OR doctor* OR staff)",
    "(dirty OR filthy OR smell*)",
    "(portal OR app OR login)",
    "(=ICU OR NICU OR maternity)",
)
BESIDE = (
    "NOT (jobs OR hiring)",
    'NOT ("high school" OR football)',
    "lang:en NOT stars:5",
    "(thank* OR kind OR grateful)",
    "-#nowhiring -author:northfield_jobs",
)


def measure(*, is_small: bool) -> Iterator[Figure]:
    towns = town_names()
    stream = moved(realistic.gather(1_000 if is_small else POSTS), towns)
    lines = list(islice(expressions(towns), max(SIZES)))
    yield from building(lines)
    spent: dict[int, float] = {}
    for size in SIZES[:3] if is_small else SIZES:
        spent[size] = yield from speeds(stream, lines[:size])
    last = max(spent)
    yield Figure(f"a post at {last:,} queries", spent[last] * 1e6, "µs", "at 100", spent[100] * 1e6)


def town_names() -> list[str]:
    names = ["".join(parts).capitalize() for parts in product(*(part.split() for part in TOWN))]
    return random.Random(11).sample(names, TOWNS)  # noqa: S311


def expressions(towns: Sequence[str]) -> Iterator[str]:
    """All subjects of one town, then of the next."""
    for town, beside, about in product(towns, BESIDE, ABOUT):
        name = town.lower()
        yield f'({name} OR "{name} er" OR @{name}health) {about} {beside}'


def moved(posts: Sequence[Post], towns: Sequence[str]) -> list[Asked]:
    chance = random.Random(12)  # noqa: S311
    return [_moved(post, chance.choice(towns)) for post in posts]


def _moved(post: Post, town: str) -> Asked:
    return Asked(
        OURS.sub(town, post.text),
        OURS.sub(town, post.title),
        author=post.author_handle,
        language=post.language,
        rating=post.rating,
        kind=post.kind,
    )


def building(lines: Sequence[str]) -> Iterator[Figure]:
    """The matcher that a worker makes when it starts, and the one it makes when one query was edited."""
    prepared.cache_clear()
    first = seconds(lambda: Matcher(enumerate(lines)))
    edited = [*lines[1:], f"{lines[0]} NOT edited"]
    again = seconds(lambda: Matcher(enumerate(edited)))
    name = f"a matcher of {len(lines):,} queries, one edited"
    yield Figure(name, again * 1e3, "ms", "all read anew", first * 1e3)


def speeds(stream: Sequence[Asked], lines: Sequence[str]) -> Generator[Figure, None, float]:
    """Its value is the seconds that one post takes."""
    matcher = settled(Matcher(enumerate(lines)))
    hits = [len(matcher.find(asked)) for asked in stream]
    matched, each = sum(map(bool, hits)) / len(stream), sum(hits) / len(stream)
    say(f"{len(lines):,} queries: {matched:.2%} of the posts match, {each:.3f} queries a post")
    ours = min(seconds(lambda: [matcher.find(asked) for asked in stream]) for _ in range(TURNS)) / len(stream)
    pattern = alternation(lines)
    few = stream[:ALTERNATION_POSTS]
    by_pattern = seconds(lambda: [pattern.findall(asked.text) for asked in few]) / len(few)
    queries = [prepared(line) for line in lines]
    few = stream[:LOOP_POSTS]
    by_loop = seconds(lambda: [looped(asked, queries) for asked in few]) / len(few)
    name = f"posts against {len(lines):,} queries ({matched:.1%} match)"
    yield Figure(name, 1 / ours, "posts/s", "one re alternation", 1 / by_pattern, is_more_better=True)
    yield Figure(name, 1 / ours, "posts/s", "a loop over the queries", 1 / by_loop, is_more_better=True)
    return ours


def alternation(lines: Sequence[str]) -> re.Pattern[str]:
    """All words and phrases in one pattern. It only tells which are there: no AND, no NOT, no NEAR."""
    terms = sorted({term for line in lines for term in asking.positive(prepared(line).tree)})
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, terms))})(?!\w)", re.IGNORECASE)


def looped(asked: Asked, queries: Sequence[Prepared]) -> list[object]:
    view = View(asked)
    return [query.hit(view, 0) for query in queries if query.node.holds(view)]


def seconds(work: Callable[[], object]) -> float:
    """Of this process alone: whatever else the machine does is no part of it."""
    began = process_time()
    work()
    return process_time() - began
