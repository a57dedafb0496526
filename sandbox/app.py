"""The ASGI app: the networks, how the hospital runs, and the tester's controls on one port."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox import (
    basepost,
    bedside,
    bluesky,
    careopinion,
    control,
    facebook,
    google,
    jetstream,
    mailbox,
    mastodon,
    mastodon_stream,
    news,
    operations,
    reddit,
    reddit_feed,
    rss,
    telling,
    trustpilot,
    world,
    x,
    x_stream,
    yelp,
    youtube,
)
from sandbox.answers import Budget
from sandbox.attendance import SIGN_EVERY
from sandbox.faults import Fault, Faults
from sandbox.firehose import Firehose
from sandbox.journal import Journal
from sandbox.records import Records
from sandbox.stream import Stream
from sandbox.town import Town

DEFAULT_SEED = "northfield"
X_LIMIT = 4500  # requests of a kind in 15 minutes: ten times the real ones, for walls that are polled often
REDDIT_LIMIT = 60_000  # in ten minutes
BLUESKY_LIMIT = 30_000  # in five minutes
MASTODON_LIMIT = 3000  # in five minutes, for each instance


NETWORKS = (
    x,
    x_stream,
    reddit,
    reddit_feed,
    google,
    rss,
    bluesky,
    mastodon,
    mastodon_stream,
    jetstream,
    news,
    facebook,
    yelp,
    trustpilot,
    careopinion,
    youtube,
    bedside,
    operations,
)
"""Whatever answers by addresses of its own."""


WORDED = tuple(each for each in NETWORKS if hasattr(each, "Refused") and hasattr(each, "refused"))
"""Whatever words its refusals itself."""


def right_now() -> datetime:
    return datetime.now(UTC)


def build_town(
    *,
    seed: str = DEFAULT_SEED,
    state: Path | None = None,
    pace: float = 1.0,
    corpus: Path = basepost.FOLDER,
    quiet: bool = False,
    clock: Callable[[], datetime] = right_now,
) -> Town:
    place = world.load()
    stream = Stream(place, basepost.load(corpus), basepost.load_people(corpus), seed=seed, pace=pace)
    town = Town(place, stream, Records(Journal(state), stream.writer), clock)
    town.stay_awake()
    if quiet and not town.records.is_quiet:
        town.records.add("quiet", on=True, at=town.now())
    return town


def create_app(
    *,
    seed: str = DEFAULT_SEED,
    state: Path | None = None,
    pace: float = 1.0,
    corpus: Path = basepost.FOLDER,
    quiet: bool = False,
    clock: Callable[[], datetime] = right_now,
    x_limit: int = X_LIMIT,
    mail_host: str = "127.0.0.1",
) -> Starlette:
    """`quiet` starts with the generated stream off; `clock` stands in for the real one in tests."""
    town = build_town(seed=seed, state=state, pace=pace, corpus=corpus, quiet=quiet, clock=clock)
    networks = [route for network in NETWORKS for route in network.routes]
    controls = [*control.routes, *jetstream.controls, *telling.controls, *mailbox.controls]
    every, active = [*networks, *controls], list[Fault]()
    app = Starlette(
        routes=every,
        middleware=[Middleware(Faults, routes=every, town=town, active=active)],
        exception_handlers={each.Refused: each.refused for each in WORDED},
        lifespan=partial(living, mail_host=mail_host, state=state),
    )
    app.state.town = town
    app.state.faults = active
    app.state.network_routes = networks
    app.state.firehose = Firehose(lambda: clock().timestamp(), town.stream.words)
    app.state.streams = telling.Streams()
    app.state.x_rules = {}
    app.state.x_budget = Budget(limit=x_limit, window=900)
    app.state.reddit_budget = Budget(limit=REDDIT_LIMIT, window=600)
    app.state.bluesky_budget = Budget(limit=BLUESKY_LIMIT, window=300)
    app.state.mastodon_budget = Budget(limit=MASTODON_LIMIT, window=300)
    app.state.mastodon_keys = {}
    return app


@asynccontextmanager
async def living(app: Starlette, *, mail_host: str, state: Path | None) -> AsyncIterator[None]:
    """The mailbox is open, and signs of life come into the journal, while the app runs."""
    town: Town = app.state.town
    pulse = asyncio.create_task(beat(town))
    try:
        async with mailbox.open_mailbox(app, host=mail_host, state=state):
            yield
    finally:
        pulse.cancel()
        with suppress(asyncio.CancelledError):
            await pulse
        town.stay_awake()
        town.records.journal.close()


async def beat(town: Town) -> None:
    while True:
        await asyncio.sleep(SIGN_EVERY / 1000)
        town.stay_awake()
