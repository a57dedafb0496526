"""The phone numbers, addresses and handles that the hospital has listed, found again in a draft."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.gate import data
from listening.reading.identifiers.plain import plain

MAX_CONTACTS = 200
LONGEST_CONTACT = 200
PHONE = re.compile(r"(?<![\w])\+?(?:\(?\d{1,4}\)?[ .-]{0,2}){1,5}\d{2,4}(?![\w])")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}")
TLD = (
    "com|org|net|edu|gov|mil|int|info|biz|io|co|us|uk|es|mx|ca|de|fr|eu|health|care|hospital|clinic|med|app"
    "|dev|link|page|site|online|xyz|tv|gg|ly|me|example|test|invalid|museum|pro|name|cc|ai|to|gl"
)
LINK = re.compile(
    rf"(?<![\w@.])(?:https?://|www\.)[^\s<>\"|]{{1,500}}|(?<![\w@.-])[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{0,4}}\.(?:{TLD})(?![\w])(?:/[^\s<>\"|]{{0,500}})?"
)
HANDLE = re.compile(r"(?<![\w@/.])(?:@[a-z_][\w.-]{0,60}(?:@[\w.-]{3,60})?|/?\bu/[\w-]{3,20})")
TAIL = ".,;:!?)]}'-_"
Span = tuple[int, int]


@dataclass(frozen=True)
class Contacts:
    phones: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    handles: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()  # postal addresses, in small plain letters

    @classmethod
    def of(cls, said: Iterable[str]) -> "Contacts":
        phones, hosts, emails, handles, others = set(), set(), set(), set(), []
        for each in list(said)[:MAX_CONTACTS]:
            text = " ".join(plain(each[:LONGEST_CONTACT]).text.lower().split())
            if EMAIL.fullmatch(text):
                emails.add(text)
            elif text.startswith(("@", "u/", "/u/")):
                handles.add(text.lstrip("@/").removeprefix("u/"))
            elif LINK.fullmatch(text) and not text.replace(".", "").isdigit():
                hosts.add(bare(text))
            elif PHONE.fullmatch(text) or re.fullmatch(r"[\d ()+.x-]{3,30}(?:ext\.? ?\d{1,6})?", text):
                phones.add(digits(text))
            elif " " in text and any(map(str.isdigit, text)):
                others.append(text)
        return cls(frozenset(phones), frozenset(hosts), frozenset(emails), frozenset(handles), tuple(others))

    @property
    def own_words(self) -> frozenset[str]:
        """What the hospital is called, as far as its addresses tell."""
        names = [re.split(r"[/.:]", host) for host in self.hosts]
        return frozenset(part for parts in names for part in parts if len(part) > 3)

    def spans(self, text: str) -> Iterator[Span]:
        """Where something listed stands in a canonical text."""
        for hit in PHONE.finditer(text):
            if self._is_listed_number(digits(hit[0])):
                yield hit.span()
        for span, said in emails(text):
            if self._is_listed_email(said):
                yield span
        for span, said in links(text):
            if self._is_listed_link(said):
                yield span
        for span, said in handles(text):
            if said in self.handles:
                yield span
        for other in self.others:
            at = text.find(other)
            if at >= 0:
                yield at, at + len(other)

    def _is_listed_number(self, number: str) -> bool:
        return number in self.phones or number.removeprefix("1") in self.phones

    def _is_listed_email(self, email: str) -> bool:
        local, _, host = email.rpartition("@")
        is_shared = re.sub(r"[._-]", "", local) in data.shipped().lists.roles
        return email in self.emails or (is_shared and _is_below(host, self.hosts))

    def _is_listed_link(self, link: str) -> bool:
        return _is_below(bare(link), self.hosts)


def _is_below(link: str, hosts: frozenset[str]) -> bool:
    host, _, path = link.partition("/")
    for listed in hosts:
        own_host, _, own_path = listed.partition("/")
        if (host == own_host or host.endswith(f".{own_host}")) and path.startswith(own_path):
            # What stands behind "?" or in a user's part is somebody's, wherever the page is.
            return "?" not in path and "@" not in link and not re.search(r"\d{4}|=", path)
    return False


def bare(link: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link).rstrip(TAIL + "/")


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def links(text: str) -> Iterator[tuple[Span, str]]:
    for hit in LINK.finditer(text):
        said = hit[0].rstrip(TAIL)
        yield (hit.start(), hit.start() + len(said)), said


def emails(text: str) -> Iterator[tuple[Span, str]]:
    for hit in EMAIL.finditer(text):
        said = hit[0].rstrip(TAIL)
        yield (hit.start(), hit.start() + len(said)), said


def handles(text: str) -> Iterator[tuple[Span, str]]:
    for hit in HANDLE.finditer(text):
        said = hit[0].rstrip(".-")
        yield (hit.start(), hit.start() + len(said)), said.lstrip("@/").removeprefix("u/")
