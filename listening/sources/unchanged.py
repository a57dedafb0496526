"""Asking a web address with the marks of its last answer, so that nothing is sent where nothing is new."""

from collections.abc import Mapping
from typing import Any

MARKS = (("etag", "etag", "If-None-Match"), ("modified", "last-modified", "If-Modified-Since"))


def asked(known: Mapping[str, Any]) -> dict[str, str]:
    """The headers that ask for what is newer than what is known."""
    return {header: known[name] for name, _, header in MARKS if name in known}


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The marks of an answer, to be known from now on."""
    return {name: headers[header] for name, header, _ in MARKS if header in headers}
