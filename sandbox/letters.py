"""A letter to the hospital, or the notice of a new review, as the mail that carries it."""

import html
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from random import Random

from sandbox import ids
from sandbox.post import Post
from sandbox.world import World

START = "ml-"
LONGEST_SUBJECT = 300
HOMES = ("home.example", "post.example", "mailbox.example", "riverside.example")
PLATFORMS = {
    "healthgrades.com": "Healthgrades",
    "vitals.com": "Vitals",
    "ratemds.com": "RateMDs",
    "zocdoc.com": "Zocdoc",
    "webmd.com": "WebMD Care",
    "nextdoor.com": "Nextdoor",
}
"""Review platforms that can be read no other way than by what they mail."""

NOTICES = (
    (
        "New review of {place}",
        "Hello,\n\nsomebody has reviewed {place} on {platform}.\n\n{stars}\n\n“{text}”\n\n"
        "Read it, and answer it: {link}\n\nYou receive this because you look after this page.",
    ),
    (
        "You have a new {rating}-star review",
        "{place} has a new review.\n\nRating: {rating} of 5\n\n{text}\n\n"
        "See the review: {link}\n\nThe {platform} team",
    ),
    (
        "{platform}: {author} left feedback about {place}",
        "{author} wrote on {platform}:\n\n> {text}\n\n{stars}\n\nReply to {author} here:\n{link}",
    ),
)
FORMS = ("plain", "plain", "latin", "both", "html", "attached", "answer", "signed")
BELOW = (
    "\n\nOn {day}, Northfield Patient Relations <relations@northfield.example> wrote:\n"
    "> Thank you for writing to us. We have read your letter.\n> Patient Relations"
)


def message_id(id: str) -> str:
    """What the mail with this id in the ledger is called on its way."""
    return f"<{id}@mail.northfield.example>"


def new_id(order: int) -> str:
    return f"{START}{ids.base36(order)}"


def write(post: Post, world: World) -> bytes:
    rng = Random(post.id)
    mail = notice(post, world, rng) if post.outlet else letter(post, rng)
    mail["To"] = f"{world.name} <letters@{world.website}>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(post.at // 1000, UTC))
    mail["Message-ID"] = message_id(post.id)
    # A boundary is drawn at random where none is given, and a mail must be the same each time.
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"part-{number}-{post.id}")
    return mail.as_bytes()


def letter(post: Post, rng: Random) -> EmailMessage:
    # What somebody put in arrives as they put it.
    form = "plain" if post.base == "injected" else rng.choice(FORMS)
    text, subject = sendable(post.text), one_line(post.title)
    if form == "answer":
        day = datetime.fromtimestamp(post.at / 1000, UTC).strftime("%a, %d %b %Y")
        subject, text = f"Re: {subject}", text + BELOW.format(day=day)
    elif form == "signed":
        text = f"{text}\n\n-- \n{one_line(post.author)}\n555-01{rng.randint(10, 99)}"
    mail = begun(one_line(post.author), address(post.author, rng), subject)
    fill(mail, form, text)
    return mail


def fill(mail: EmailMessage, form: str, text: str) -> None:
    if form == "html":
        mail.set_content(marked_up(text), subtype="html")
        return
    is_latin = form == "latin" and text == text.encode("latin-1", "replace").decode("latin-1")
    mail.set_content(text, charset="latin-1" if is_latin else "utf-8")
    if form == "both":
        mail.add_alternative(marked_up(text), subtype="html")
    elif form == "attached":
        mail.add_attachment(b"An invented picture.", maintype="image", subtype="jpeg", filename="photo.jpg")


def notice(post: Post, world: World, rng: Random) -> EmailMessage:
    facility = world.facility(post.facility) or world.facilities[0]
    said = {
        "place": facility.name,
        "platform": PLATFORMS[post.outlet],
        "author": one_line(post.author),
        "rating": post.rating or 3,
        "stars": "★" * (post.rating or 3) + "☆" * (5 - (post.rating or 3)),
        "text": sendable(post.text),
        "link": f"https://www.{post.outlet}/northfield-{facility.slug}/reviews/{post.id}",
    }
    subject, body = rng.choice(NOTICES)
    mail = begun(PLATFORMS[post.outlet], f"no-reply@notify.{post.outlet}", one_line(subject.format(**said)))
    fill(mail, rng.choice(("plain", "both")), body.format(**said))
    return mail


def begun(name: str, sender: str, subject: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f'"{name.replace(chr(34), "").replace(chr(92), "")}" <{sender}>'
    mail["Subject"] = subject
    return mail


def address(author: str, rng: Random) -> str:
    name = re.sub(r"[^a-z]+", ".", author.lower()).strip(".") or "a.reader"
    return f"{name[:40].strip('.')}@{rng.choice(HOMES)}"


def marked_up(text: str) -> str:
    paragraphs = (html.escape(each).replace("\n", "<br>") for each in text.split("\n\n"))
    return f"<html><body>{''.join(f'<p>{each}</p>' for each in paragraphs)}</body></html>"


def sendable(text: str) -> str:
    """Without the halves of characters, which no mail can carry."""
    return text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in sendable(text))
    return " ".join(shown.split())[:LONGEST_SUBJECT]
