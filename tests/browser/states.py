"""Every state of the desk and every page behind it, made by the verbs that lead there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from alerts import (
    byhand,
    cases,
    changes,
    contacts,
    facts,
    knowers,
    notes,
    outbox,
    presence,
    private,
    redlines,
    savedreplies,
    snoozing,
    waiting,
)
from alerts.changes import Entry
from alerts.collisions import Seen
from alerts.models import Case, Knower, PrivateLink, Reply
from alerts.private import Told
from listening.models import Author
from tests.alerts.desk import ANSWER, approved, drafted, open_case, sending, submitted
from tests.alerts.safety.base import CRISIS, approved_text, duty, urgent
from tests.alerts.test_staffvoice import voice
from tests.alerts.test_thanks import praised
from tests.base import NOW, ada, carla, cora, facility, pete, priya, source

STOPPED = "We are so sorry about your visit to our ED last Tuesday, Maria. Dr. Alvarez will call you."
DOUBTFUL = "Merci pour votre message. Nous lisons chaque commentaire avec attention."


@dataclass(frozen=True)
class State:
    """Who looks, at which address, and what they do there before one looks over their shoulder."""

    name: str
    who: Callable[[], User] | None
    make: Callable[[], str]
    act: Callable[[Page], None] = lambda page: None


def at(case: Case, query: str = "") -> str:
    return f"/cases/{case.pk}/{query}"


def world() -> None:
    """What a desk has in its cupboards: places, people on duty, texts, facts, and who owns what."""
    main, until = facility(), timezone.localdate() + timedelta(days=60)
    contacts.add("555-0142", "Patient line", by=None, at=NOW)
    approved_text(priya())
    approved_text(priya(), kind="self_harm", body=CRISIS)
    duty(carla(), starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1))
    for title in ("Thanks for telling us", "A long wait"):
        text = "Thank you. [A sentence of your own.] Please call {phone}."
        savedreplies.save(None, savedreplies.Draft(title, text), by=priya(), at=NOW)
    line = "The parking garage is open at night."
    facts.save(None, facts.Draft(line, "parking", "Facilities", until), by=priya(), at=timezone.now())
    Knower.objects.create(topic="parking", desk="Parking desk", owner=pete(), review_by=until)
    change = changes.create(Entry("More chairs in the waiting room", facility=main), by=pete(), at=NOW)
    changes.link(complaint(), change, by=pete(), at=NOW)


def complaint(text: str = "Three hours in the waiting room, and the chairs hurt.", **fields: Any) -> Case:
    where = {"source": source("reddit", "reddit"), "network": "reddit", "facility": facility()}
    return open_case(text=text, **{"topics": ["parking"], **where, **fields})


def summoned(**fields: Any) -> Case:
    """A post that names our account, so that its answer leaves from here."""
    ours = source("x", "x", name="X", options={"own_handle": "nfh"})
    return complaint("@nfh three hours in your waiting room.", source=ours, network="x", **fields)


def mine(**fields: Any) -> Case:
    case = complaint(**fields)
    cases.claim(case, by=pete(), at=NOW)
    return case


def known() -> str:
    """By somebody who wrote before."""
    author = Author.objects.create(network="reddit", external_id="7", handle="oak")
    complaint(author=author)
    return at(complaint(author=author))


def written(text: str = ANSWER) -> str:
    return at(drafted(complaint(), pete(), text).case)


def awaiting(text: str = ANSWER) -> Reply:
    return submitted(complaint(), pete(), text)


def redlined() -> str:
    reply = submitted(complaint(), pete())
    text = ANSWER.replace("comments", "reports")
    redlines.change(reply, by=priya(), text_seen=reply.text, text=text, at=NOW)
    return at(reply.case)


def held() -> str:
    return at(approved(summoned(), pete(), priya()).case)


def to_post() -> Reply:
    """Where no way leads to the network from here."""
    return approved(complaint(source=source(), network="google"), pete(), priya())


def sent() -> Case:
    reply = to_post()
    byhand.posted(reply, by=pete(), seen=Seen(), at=NOW)
    return Case.objects.get(pk=reply.case_id)


def unknown() -> str:
    reply = sending(summoned(), pete(), priya())
    outbox.settle_unknown(reply, outbox.NO_ANSWER, NOW)
    return at(reply.case)


def waits() -> str:
    case = sent()
    waiting.wait(case, days=3, by=pete(), at=NOW)
    return at(case)


def closed() -> Case:
    case = sent()
    cases.close(case, outcome="phone", note="She has a number to call.", by=pete(), at=NOW)
    return case


def reopened() -> str:
    case = closed()
    cases.reopen(case, by=pete(), at=NOW)
    return at(case)


def beside() -> str:
    case = mine()
    drafted(case, pete())
    presence.write(case, by=carla(), at=timezone.now() - timedelta(seconds=4))
    return at(case)


def press_submit(page: Page) -> None:
    presence.write(Case.objects.latest("pk"), by=carla(), at=timezone.now())
    page.locator("#text").fill(ANSWER)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".refused")).to_contain_text("carla is replying")


def told() -> PrivateLink:
    link, _ = private.make(mine(), base="https://care.example", by=pete(), at=timezone.now())
    private.take_in(link, Told("They lost her bag.", "555-0143", "evenings"), at=timezone.now())
    return link


def form() -> str:
    _, url = private.make(mine(), base="https://care.example", by=pete(), at=timezone.now())
    return url.removeprefix("https://care.example")


def to_tell() -> str:
    case, today = mine(), timezone.localdate(NOW)
    change = changes.create(Entry("Larger signs"), by=pete(), at=NOW)
    changes.link(case, change, by=pete(), at=NOW)
    changes.make(change, done="The signs are larger now.", made_on=today, by=pete(), at=NOW, today=today)
    return at(case)


def asked() -> str:
    case, now = mine(), timezone.now()
    offered = knowers.suggestions(case, Case.objects.all(), by=pete(), now=now)
    knowers.ask(case, offered[0], by=pete(), at=now)
    return at(case)


def snoozed() -> str:
    case, now = mine(), timezone.now()
    notes.add(case, text="The charge nurse knows of it.", by=pete(), at=now)
    snoozing.snooze(case, until=now + timedelta(days=1), by=pete(), at=now)
    return at(case)


def danger(lane: str, **fields: Any) -> str:
    return at(urgent(lane, facility=facility(), **fields))


def answered_danger() -> str:
    ours = source("x", "x", name="X", options={"own_handle": "nfh"})
    case = urgent("emergency", "@nfh my dad can't breathe", source=ours, network="x", facility=facility())
    cases.claim(case, by=pete(), at=NOW)
    return at(case)


def flooded() -> str:
    for number in range(100):
        complaint(f"Waited {number} hours, and nobody said why. It was loud, and cold.")
    return "/cases/?rows=all"


def pick_rows(page: Page) -> None:
    for number in range(3):
        page.locator(".row-pick input").nth(number).check()
    expect(page.locator(".bulk")).to_be_visible()


def press(key: str, shows: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.keyboard.press(key)
        expect(page.locator(shows)).to_be_visible()

    return act


def open_all(page: Page) -> None:
    """Everything that folds is unfolded, and what shares a name one after the other stays as it was."""
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")


DESK = (
    State("ordinary, a case open", pete, known),
    State("ordinary, seen by a viewer of cases", ada, lambda: at(complaint())),
    State("composer with a draft", pete, written),
    State("composer, all of it unfolded", pete, written, open_all),
    State("a colleague writes beside", pete, beside),
    State("the soft prompt", pete, beside, press_submit),
    State("blocked reply", pete, lambda: written(STOPPED)),
    State("doubt", pete, lambda: written(DOUBTFUL)),
    State("doubt to be ticked", priya, lambda: at(awaiting(DOUBTFUL).case)),
    State("awaiting approval", priya, lambda: at(awaiting().case), open_all),
    State("awaiting, seen by its writer", pete, lambda: at(awaiting().case)),
    State("redlined", pete, redlined),
    State("held", pete, held),
    State("to post by hand", pete, lambda: at(to_post().case)),
    State("may be public", pete, unknown),
    State("sent", pete, lambda: at(sent()), press("e", "#outcome")),
    State("waits on the author", pete, waits),
    State("closed", pete, lambda: at(closed())),
    State("reopened", pete, reopened),
    State("emergency", pete, answered_danger),
    State("emergency, by hand", pete, lambda: danger("emergency")),
    State("self-harm", pete, lambda: danger("self_harm")),
    State("in the building", pete, lambda: danger("in_building")),
    State("private answer", pete, lambda: at(told().case)),
    State("praise", carla, lambda: at(praised()), press("h", "#unit")),
    State("to be told of a change", pete, to_tell),
    State("who knows", pete, asked),
    State("staff voice", cora, lambda: at(voice(), "?queue=staff-voice")),
    State("staff voices", cora, lambda: "/cases/?queue=staff-voice"),
    State("snoozed", pete, snoozed),
    State("all keys", pete, lambda: "/cases/", press("?", "dialog[open]")),
    State("flooded", pete, flooded, pick_rows),
)
PAGES = tuple(
    State(path, who, lambda path=path: path, open_all)  # type: ignore[misc]
    for who, path in [
        (ada, "/queues/"),
        (ada, "/queues/complaints/edit/"),
        (priya, "/saved-replies/"),
        (priya, "/saved-replies/new/"),
        (priya, "/facts/"),
        (priya, "/facts/new/"),
        (priya, "/safety-texts/"),
        (priya, "/safety-texts/1/"),
        (priya, "/duty/"),
        (pete, "/who-knows/"),
        (pete, "/changes/"),
        (pete, "/helped/"),
        (priya, "/thanks/"),
        (ada, "/people/"),
        (ada, "/priority/"),
        (pete, "/me/"),
        (pete, "/policy/"),
        (carla, "/big-screens/"),
        (carla, "/big-screens/new/"),
    ]
)
BOARDS = tuple(
    State(path, pete, lambda path=path: path, open_all)  # type: ignore[misc]
    for path in ("/", "/?view=wall", "/board/", "/board/topics/", "/charts/", "/mentions/?case=open")
)
OUTSIDE = (State("intake form", None, form), State("intake form that has ended", None, lambda: "/private/x/"))
