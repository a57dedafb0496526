"""The secrets of sources, opened only to ask a source. Whoever seals something else names its own purpose."""

from collections.abc import Mapping

from hospital import vault
from hospital.vault import CannotOpen, Secrets

__all__ = ["PURPOSE", "CannotOpen", "Secrets", "seal", "unseal"]

PURPOSE = b"murmur: secrets of sources, 1"


def seal(secrets: Mapping[str, str], *, purpose: bytes = PURPOSE) -> bytes:
    return vault.seal(secrets, purpose=purpose)


def unseal(sealed: bytes | memoryview, *, purpose: bytes = PURPOSE) -> Secrets:
    return vault.unseal(sealed, purpose=purpose)
