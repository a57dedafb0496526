"""The demo's letters: a source that reads the sandbox's mailbox, which tells of itself where that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

KEY = "sandbox-key"
SECONDS = 15


@dataclass(frozen=True)
class Mailbox:
    port: int
    certificate: str


def ask(url: str) -> Mailbox | None:
    """What the sandbox says of its mailbox; None where it cannot be asked."""
    try:
        told = httpx.get(f"{url}/_sandbox/mailbox", timeout=SECONDS, trust_env=False).json()
        return Mailbox(int(told["port"]), str(told["certificate"]))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return None


def sources(mailbox: Mailbox, url: str) -> Iterator[tuple[str, str, int, dict[str, Any], dict[str, str]]]:
    """Kind, name, seconds between polls, options and secrets. `api_url` marks it as the sandbox's."""
    options = {
        "api_url": url,
        "server": urlsplit(url).hostname,
        "port": mailbox.port,
        "folder": "INBOX",
        "days_back": 7,
        "certificate": mailbox.certificate,
    }
    yield "mailbox", "Letters", 20, options, {"username": "letters", "password": KEY}
