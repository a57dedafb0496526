"""A mail as a post: its subject, and what its writer wrote in it. Who sent it is not kept."""

import email
import hashlib
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from urllib.parse import urlsplit

from listening.sources import plain
from listening.sources.contract import Post
from listening.sources.mailbox_line import Fetched
from listening.sources.reading import Odd

PLATFORMS = (
    "google.com", "yelp.com", "healthgrades.com", "vitals.com", "ratemds.com", "zocdoc.com", "webmd.com",
    "facebookmail.com", "facebook.com", "trustpilot.com", "trustpilotmail.com", "careopinion.org.uk",
    "nextdoor.com", "glassdoor.com", "indeed.com", "tripadvisor.com", "doctolib.fr", "jameda.de",
)  # fmt: skip
"""Whose mails tell of a review elsewhere: kept whole, with the link to it."""

ODD_HEADERS = (ValueError, LookupError, TypeError, AttributeError, HeaderParseError)
MOST_PARTS, DEEPEST = 200, 12
ANSWERING = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|rv|tr|sv)\s*:\s*)+", re.IGNORECASE)
LINK = re.compile(r"https?://[^\s\"'<>()\[\]]{4,1500}")
WROTE = r"(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|skrev)"
HISTORY = re.compile(
    rf"^[ \t]*(?:(?:On|Am|Le|El|Il|Den)\b[^\n]{{4,200}}(?:\n[^\n]{{0,200}})?\b{WROTE}\b[^\n]{{0,80}}:[ \t]*$"
    r"|-{2,}\s*(?:Original|Ursprüngliche|Mensaje original|Message d'origine)\b"
    r"|_{10,}[ \t]*\n\s*(?:From|Von|De|Da):"
    r"|(?:From|Von|De|Da):[^\n]{1,200}\n(?:[^\n]{0,200}\n){0,2}(?:Sent|Date|Gesendet|Enviado|Envoyé|Inviato):"
    r"|>)",
    re.MULTILINE,
)
SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
ENOUGH = 20
"""Characters: where less stands above a quotation, the quotation is what was sent: a mail passed on."""


def post(mail: Fetched, folder: str) -> Post:
    try:
        message = email.message_from_bytes(mail.raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Odd("the mail cannot be taken apart") from None
    subject = ANSWERING.sub("", header(message, "Subject")).strip()
    said, links, attached = body_of(message)
    platform = platform_of(header(message, "From"))
    words = said.strip() if platform else cut(said)
    if not words and not subject:
        raise Odd("the mail has neither a subject nor words")
    answered = header(message, "In-Reply-To")
    return Post(
        external_id=_known_as(
            header(message, "Message-ID") or f"{header(message, 'Date')}\n{subject}\n{words}"
        ),
        text=_with_attachments(words or subject, attached),
        url=next((link for link in links if _is_at(link, platform)), "") if platform else "",
        title=subject,
        published_at=_date(header(message, "Date")) or mail.taken_at,
        kind="letter",
        parent_id=_known_as(answered) if answered else "",
        facility_hint=folder,
    )


def header(message: Message, name: str) -> str:
    """A header as words, on one line; empty where it is missing or beyond reading."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        read = str(make_header(decode_header(value)))
    except ODD_HEADERS:
        read = str(value)
    return " ".join(read.split())[:2000]


def _known_as(said: str) -> str:
    # Not the id itself: before its @ some programs write the sender's name.
    return f"mail:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _date(said: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(said)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def body_of(message: Message) -> tuple[str, list[str], int]:
    """Its words, its links, and how many things are attached."""
    plain_text = markup = ""
    attached = 0
    for part in _parts(message):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
            attached += kind not in ("text/rfc822-headers", "message/delivery-status")
        elif kind == "text/plain":
            plain_text = plain_text or _decoded(part)
        else:
            markup = markup or _decoded(part)
    links = LINK.findall(html.unescape(markup or plain_text))
    words = plain_text.replace("\r\n", "\n") if plain_text.strip() else plain.from_html(markup)
    return words, links, attached


def _parts(message: Message) -> Iterator[Message]:
    """The leaves of a mail; a mail in a mail is one leaf."""
    rest: list[tuple[Message, int]] = [(message, 0)]
    for _ in range(MOST_PARTS):
        if not rest:
            return
        part, depth = rest.pop()
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list) and depth < DEEPEST:
            rest += [(each, depth + 1) for each in reversed(inner) if isinstance(each, Message)]
        else:
            yield part


def _decoded(part: Message) -> str:
    try:
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes):
            return ""
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    except (ValueError, TypeError, AttributeError):
        return ""


def cut(said: str) -> str:
    """What was written, without the mails it answers and without the signature."""
    said = said.replace("\r\n", "\n").strip()
    found = HISTORY.search(said)
    if found and len(said[: found.start()].strip()) >= ENOUGH:
        said = said[: found.start()]
    signed = SIGNATURE.search(said)
    if signed and signed.start() >= ENOUGH:
        said = said[: signed.start()]
    return said.strip()


def platform_of(sender: str) -> str:
    """The review platform that sent it; empty where none did."""
    domain = parseaddr(sender)[1].rpartition("@")[2].lower()
    return next((each for each in PLATFORMS if domain == each or domain.endswith(f".{each}")), "")


def _is_at(link: str, platform: str) -> bool:
    try:
        host = (urlsplit(link).hostname or "").lower()
    except ValueError:
        return False
    site = platform.replace("mail.com", ".com")
    return any(host == each or host.endswith(f".{each}") for each in (platform, site))


def _with_attachments(words: str, count: int) -> str:
    return f"{words}\n\n[{count} attachment{'' if count == 1 else 's'}, not kept]" if count else words
