"""The demo: an invented health system, its people, what it listens to, and sources that ask the sandbox.

Safe to run at every start: what is there is kept, and sources are pointed at the sandbox's present address.
"""

import secrets
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from alerts import contacts, defaults, expired, facts, starters, statelines
from alerts.models import ApprovedFact, ListedContact, StateLine
from config import demo_letters, demo_operations, demo_safety, demo_sites
from hospital import facilities
from hospital.facilities import Spoken
from hospital.models import Facility, Membership, Role
from listening import dictionary, vault, watchlists
from listening.models import Source, Watchlist

SYSTEM_FILE = settings.BASE_DIR / "sandbox" / "northfield.toml"
DICTIONARY_FILE = Path(__file__).with_name("demo_dictionary.toml")

PEOPLE = (
    ("carla", "Carla", "Reyes", Role.MANAGER),
    ("pete", "Pete", "Warner", Role.RESPONDER),
    ("priya", "Priya", "Nair", Role.APPROVER),
    ("cora", "Cora", "Bell", Role.COMPLIANCE),
    ("ada", "Ada", "Dunn", Role.ADMIN),
    ("wes", "Wes", "Vogt", Role.VIEWER),
)

FACTS = (
    ("Visiting hours", "Front desk", "Visiting hours are 9 a.m. to 8 p.m. Each unit may have its own rules."),
    ("Parking", "Parking desk", "Parking is free for the first hour in all our garages."),
)
LINES = (
    (
        "ed_wait",
        "trouble",
        "Waits at our emergency department are longer than usual now; the latest is {value}.",
    ),
    ("portal", "trouble", "Our patient portal is down for everyone, and our team is at work on it."),
    ("portal", "fine", "Our patient portal is up again for everyone."),
    ("phones", "trouble", "Our phone lines are busier than usual; the portal takes messages at any hour."),
)
NOT_YET = "Not switched on yet. Resume it, and it is asked within seconds."
INSTANCES = ("larkmoor.example", "harbor.example", "porchlight.example")
"""Of the sandbox's Mastodon; the hospital's account is on the first."""
FACTS_HOLD_FOR = timedelta(days=90)


@transaction.atomic
def ensure(
    *, sandbox_url: str, password: str, now: datetime, mailbox: demo_letters.Mailbox | None = None
) -> None:
    """Make the demo system, or bring it up to date. No `mailbox`: its source is left as it is."""
    system = tomllib.loads(SYSTEM_FILE.read_text())
    said = tomllib.loads(DICTIONARY_FILE.read_text())
    for entry in system["facility"]:
        ensure_facility(entry, {"system": system["name"], **said[entry["slug"]]}, now=now)
    for person in PEOPLE:
        ensure_person(*person, password=password)
    defaults.ensure()
    ensure_contacts(system, now=now)
    starters.ensure(at=now)
    demo_safety.ensure(now=now)
    ensure_facts(now=now)
    ensure_lines(now=now)
    demo_operations.ensure(sandbox_url=sandbox_url, now=now)
    ensure_watchlist(system, now=now)
    for kind, name, every, options, keys in sources(system, sandbox_url):
        ensure_source(kind, name, every=every, options=options, keys=keys, now=now)
    for kind, name, every, options, keys in demo_letters.sources(mailbox, sandbox_url) if mailbox else ():
        ensure_source(kind, name, every=every, options=options, keys=keys, now=now)
    for kind, name, every, options, keys in further_sources(system, sandbox_url):
        ensure_source(kind, name, every=every, options=options, keys=keys, now=now, is_on=False)
    for kind, name, every, options, keys in demo_sites.sources(system, sandbox_url):
        ensure_source(kind, name, every=every, options=options, keys=keys, now=now, is_on=False)


def ensure_facility(entry: dict[str, Any], said: dict[str, Any], *, now: datetime) -> None:
    """What somebody has changed stays as it is."""
    facility = Facility.objects.filter(slug=entry["slug"]).first()
    if facility and facility.revision:
        return
    known = {
        "slug": entry["slug"],
        "name": entry["name"],
        "short_name": entry["short"],
        "city": entry["city"],
    }
    fields = {field: said[field] for field in ("system", "address", "region", "phone")}
    names = list(spoken(entry, said))
    facilities.save(facility, values={**known, **fields}, names=names, by=None, at=now)


def spoken(entry: dict[str, Any], said: dict[str, Any]) -> Iterator[Spoken]:
    """All that a facility of the demo is called."""
    own = {"name": entry["names"], "service": entry["services"], "location": [entry["location"]]}
    for kind, listed in {**own, **said["names"]}.items():
        names, wrong = dictionary.read(kind, "\n".join(listed))
        if wrong:
            raise ValueError(f"{entry['slug']}, {kind}: {wrong[0]}")
        yield from names


def ensure_person(username: str, first_name: str, last_name: str, role: Role, *, password: str) -> None:
    person, is_new = User.objects.get_or_create(
        username=username, defaults={"first_name": first_name, "last_name": last_name}
    )
    if is_new or not person.check_password(password):
        person.set_password(password)
        person.save()
    if is_new:
        Membership.objects.create(user=person, role=role)


def ensure_contacts(system: dict[str, Any], *, now: datetime) -> None:
    """Once, like the watchlist: what an admin takes away stays away."""
    if ListedContact.objects.exists():
        return
    ada = User.objects.get(username="ada")
    for value, purpose in (
        (system["patient_line"], "Patient Relations"),
        (system["website"], "Website"),
        (f"relations@{system['website']}", "Patient Relations"),
        (f"@{system['x_handle']}", "Our handle"),
    ):
        contacts.add(value, purpose, by=ada, at=now)


def ensure_facts(*, now: datetime) -> None:
    if ApprovedFact.objects.exists():
        return
    priya = User.objects.get(username="priya")
    until = expired.today(now) + FACTS_HOLD_FOR
    for topic, owner, text in FACTS:
        facts.save(None, facts.Draft(text, topic, owner, until), by=priya, at=now)


def ensure_lines(*, now: datetime) -> None:
    """What may be told of how the hospital is running; once, like the facts."""
    if StateLine.objects.exists():
        return
    priya = User.objects.get(username="priya")
    for kind, state, text in LINES:
        statelines.save(None, statelines.Draft(kind, state, text), by=priya, at=now)


def ensure_watchlist(system: dict[str, Any], *, now: datetime) -> None:
    if Watchlist.objects.exists():
        return
    watchlists.save(
        None,
        name="Our name and handle",
        purpose="Every post that names the health system or its handle.",
        facility=None,
        lines=[system["short_name"].lower(), system["x_handle"].lower()],
        is_active=True,
        by=User.objects.get(username="ada"),
        at=now,
    )


Made = tuple[str, str, int, dict[str, Any], dict[str, str]]


def sources(system: dict[str, Any], url: str) -> Iterator[Made]:
    """Kind, name, seconds between polls, options and secrets of each of the demo's sources."""
    key = "sandbox-key"
    yield (
        "x",
        "X",
        4,
        {"api_url": url, "own_handle": system["x_handle"], "backfill_hours": 2},
        {
            "bearer_token": key,
            "consumer_key": key,
            "consumer_secret": key,
            "access_token": key,
            "access_token_secret": key,
        },
    )
    yield (
        "reddit",
        "Reddit",
        6,
        {
            "api_url": url,
            "subreddits": ",".join(system["subreddits"]),
            "own_handle": system["reddit_account"],
            "backfill_hours": 2,
        },
        {"client_id": key, "client_secret": key, "refresh_token": key},
    )
    locations = "\n".join(entry["location"] for entry in system["facility"])
    yield (
        "google",
        "Reviews",
        10,
        {"api_url": url, "locations": locations},
        {"client_id": key, "client_secret": key, "refresh_token": key},
    )
    yield "rss", "News", 20, {"feeds": f"{url}/feeds/news.xml"}, {}
    yield "jetstream", "Bluesky", 10, {"api_url": url}, {}


def further_sources(system: dict[str, Any], url: str) -> Iterator[Made]:
    """Networks that wait to be resumed, by one press on the page of sources."""
    key, tag, handle = "sandbox-key", system["short_name"], system["x_handle"]
    places = "\n".join(f"{url}/fediverse/{place}" for place in INSTANCES)
    own_account = f"@{handle}@{INSTANCES[0]}"
    mastodon = {"instances": places, "tags": tag, "own_account": own_account, "backfill_hours": 2}
    yield "mastodon", "Mastodon", 15, mastodon, {"access_token": key}
    live = {"instances": f"{url}/fediverse/{INSTANCES[0]}", "tags": tag, "public": "", "backfill_hours": 2}
    yield "mastodon_stream", "Mastodon, live", 15, live | {"own_account": own_account}, {"access_token": key}
    x = {"api_url": url, "own_handle": handle, "backfill_hours": 2}
    keys = ("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret")
    yield "x_stream", "X, live", 10, x, dict.fromkeys(keys, key)
    yield "news", "Google News", 60, {"api_url": url}, {}
    named = {"communities": ",".join(system["subreddits"]), "account": system["reddit_account"]}
    yield "reddit_feed", "Reddit by feed", 60, {"api_url": url, **named}, {"feed_token": key}
    yield (
        "bluesky",
        "Bluesky search",
        15,
        {"api_url": url, "backfill_hours": 2},
        {"handle": handle, "app_password": key},
    )


def ensure_source(
    kind: str,
    name: str,
    *,
    every: int,
    options: dict[str, Any],
    keys: dict[str, str],
    now: datetime,
    is_on: bool = True,
) -> None:
    """Sources keep their cursor over restarts; only the sandbox's address may have moved."""
    source, _ = Source.objects.get_or_create(
        slug=kind,
        defaults={
            "name": name,
            "kind": kind,
            "poll_every": timedelta(seconds=every),
            "next_poll_at": now,
            "is_active": is_on,
            "paused_reason": "" if is_on else NOT_YET,
            "sealed_secrets": vault.seal(keys),
        },
    )
    source.options = options
    # The key that seals may have been made anew with the data directory's copy.
    source.sealed_secrets = vault.seal(keys)
    source.save(update_fields=["options", "sealed_secrets"])


def demo_password(folder: Path) -> str:
    """The demo people's password: made once for this data directory, readable only by its owner."""
    file = folder / "demo-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("-".join(secrets.token_hex(2) for _ in range(4)) + "\n")
    return file.read_text().strip()
