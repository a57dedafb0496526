"""What is sealed at rest by a key derived from SECRET_KEY, one key for each purpose that is named."""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class Secrets(dict[str, str]):
    """Opened secrets. They do not show when a log line or a traceback prints what holds them."""

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"

    __str__ = __repr__


class CannotOpen(Exception):
    """What is stored was sealed with another SECRET_KEY, or was damaged."""


def seal(secrets: Mapping[str, str], *, purpose: bytes) -> bytes:
    return _fernet(purpose).encrypt(json.dumps(dict(secrets)).encode())


def unseal(sealed: bytes | memoryview, *, purpose: bytes) -> Secrets:
    """The secrets that were sealed; none from an empty field. Keys in SECRET_KEY_FALLBACKS open too."""
    if not bytes(sealed):
        return Secrets()
    try:
        return Secrets(json.loads(_fernet(purpose).decrypt(bytes(sealed))))
    except InvalidToken:
        raise CannotOpen(
            "The stored secrets were sealed with another SECRET_KEY. Enter them again."
        ) from None


def _fernet(purpose: bytes) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(force_bytes(key), purpose)) for key in keys])


def _derived(key: bytes, purpose: bytes) -> bytes:
    hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose)
    return base64.urlsafe_b64encode(hkdf.derive(key))
