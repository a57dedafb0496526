"""Addresses on the net: e-mail, links to a person's own pages and pictures, handles, IP addresses."""

import re
from collections.abc import Iterator

from listening.reading.identifiers.found import Found, before
from listening.reading.identifiers.looked import Looked

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-][\w.+'-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?![\w@])")
SPELT_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?(?:[\[({]at[\])}]| at ) ?[\w-]{1,63}"
    r"(?: ?[\[({]dot[\])}] ?| dot |\.)(?:com|org|net|edu|gov|mil|info|me|us|uk|es|mx|ca|io)\b",
    re.IGNORECASE,
)
LINK = re.compile(
    r"(?:https?://|(?<![\w.@/-])(?:www\.|pic\.twitter\.com/))[^\s<>\"'|]{3,2000}", re.IGNORECASE
)
BARE_PROFILE = re.compile(
    r"(?<![\w.@/-])(?:facebook|fb|instagram|linkedin|twitter|tiktok|snapchat|venmo|caringbridge|gofundme|reddit)"
    r"\.(?:com|me|org)/[\w.@%/+-]{2,200}",
    re.IGNORECASE,
)
PICTURE = re.compile(
    r"\.(?:jpe?g|png|gif|heic|webp)(?:$|[?#:])|//(?:[\w-]{1,40}\.)?(?:imgur\.com|i\.redd\.it|flickr\.com"
    r"|photos\.app\.goo\.gl|photos\.google\.com|icloud\.com/photos)/|pic\.twitter\.com/|instagram\.com/p/",
    re.IGNORECASE,
)
PROFILE = re.compile(
    r"//(?:[\w-]{1,40}\.)?(?:facebook\.com|fb\.(?:com|me)|instagram\.com|linkedin\.com/in|twitter\.com|x\.com"
    r"|tiktok\.com|t\.me|wa\.me|snapchat\.com|venmo\.com|caringbridge\.org|gofundme\.com|threads\.net"
    r"|bsky\.app/profile|reddit\.com/u(?:ser)?|youtube\.com/@|nextdoor\.com/profile|paypal\.me)/?.|/@\w",
    re.IGNORECASE,
)
OF_A_PERSON = re.compile(
    r"\b(?:(?:my|our|his|her|their|mi|su)\W{1,3}(?:\w{1,20}\W{1,3}){0,2}?)?"
    r"(?:web ?sites?|web ?page|blog|profile|home ?page|pagina|perfil|shared files with (?:you|us))"
    r"\W{0,4}(?:is|es)?\W{0,4}$"
)
OF_A_PICTURE = re.compile(r"\b(?:photos?|pics?|pictures?|selfies?|images?|fotos?|video)\b[^.!?]{0,24}$")
HANDLE = re.compile(r"(?<![\w@./=&%?#+-])(?:@[a-zA-Z_][\w.-]{0,60}(?:@[\w.-]{3,60})?|/?u/[\w-]{3,20})")
IP = re.compile(
    r"(?<![\w.:])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\w:])",
    re.IGNORECASE,
)
MAC = re.compile(r"(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])", re.IGNORECASE)
VERSION = re.compile(r"\b(?:v|ver|version|release|firmware)\W{0,2}$")
TAIL = ".,;:!?)]}'-_"


def find(looked: Looked) -> Iterator[Found]:
    text, seen = looked.text, looked.seen
    has_at = "@" in text
    if has_at:
        yield from (Found("email", *hit.span()) for hit in EMAIL.finditer(text))
    if "at" in seen and not seen.isdisjoint(("com", "dot", "org", "net", "edu", "gov")):
        yield from (Found("email", *hit.span()) for hit in SPELT_EMAIL.finditer(text))
    if has_at or "u/" in text:
        yield from _handles(text)
    if "/" in text or "www" in seen:
        yield from _links(text)
    if looked.digits or text.count(":") > 2:
        yield from _machines(text)


def _handles(text: str) -> Iterator[Found]:
    for hit in HANDLE.finditer(text):
        end = hit.start() + len(hit[0].rstrip(TAIL.replace("_", "")))
        yield Found("handle", hit.start(), end)


def _links(text: str) -> Iterator[Found]:
    for hit in LINK.finditer(text):
        link = hit[0].rstrip(TAIL)
        kind = _kind_of(link, before(text, hit.start(), 60))
        if kind:
            yield Found(kind, hit.start(), hit.start() + len(link))
    yield from (Found("url", *hit.span()) for hit in BARE_PROFILE.finditer(text))


def _kind_of(link: str, lead: str) -> str:
    if PICTURE.search(link[:500]) or OF_A_PICTURE.search(lead):
        return "photo"
    if PROFILE.search(link[:500]) or OF_A_PERSON.search(lead):
        return "url"
    return ""


def _machines(text: str) -> Iterator[Found]:
    if "." in text or ":" in text:
        for hit in IP.finditer(text):
            if not VERSION.search(before(text, hit.start(), 12)):
                yield Found("ip", *hit.span())
    if ":" in text or "-" in text:
        yield from (Found("device", *hit.span()) for hit in MAC.finditer(text))
