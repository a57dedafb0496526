"""What an adapter needs to reach its network: the options an administrator set, and the opened secrets."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from listening import vault
from listening.models import Source
from listening.sources.contract import Connection


def open(source: Source, *, seconds: float | None = None) -> Connection:
    return Connection(
        options=dict(source.options),
        secrets=vault.unseal(source.sealed_secrets),
        may_reach_private=is_sandbox(source.options),
        seconds=seconds,
    )


def mark(source: Source) -> str:
    """Another one once its options or keys were changed: another account may then stand behind it.

    Nothing that it is made of can be read from it.
    """
    told = [source.kind, source.options, dict(vault.unseal(source.sealed_secrets))]
    said = json.dumps(told, sort_keys=True, default=str)
    return salted_hmac("murmur: what a source is reached by", said, algorithm="sha256").hexdigest()


def is_sandbox(options: dict[str, Any]) -> bool:
    """Whether every address in the options is the sandbox's own: only then may a private one be reached."""
    if not settings.SANDBOX_URL:
        return False
    addresses = [word for value in options.values() if isinstance(value, str) for word in value.split()]
    places = {urlsplit(word).netloc for word in addresses if "://" in word}
    return places == {urlsplit(settings.SANDBOX_URL).netloc}
