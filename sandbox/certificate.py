"""The key and the certificate by which the pretend mail server is known: its own, vouched for by nobody."""

import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES = ("localhost", "sandbox")  # the second is what containers call it
ADDRESSES = ("127.0.0.1", "::1")
HOLDS_FOR = timedelta(days=3650)
RENEWED_WITH_LEFT = timedelta(days=30)


@dataclass(frozen=True)
class Pair:
    key: bytes
    certificate: bytes

    def context(self) -> ssl.SSLContext:
        """For the server's end."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "pair.pem"
            write_private(file, self.key + self.certificate)
            context.load_cert_chain(file)
        return context


def kept(file: Path | None) -> Pair:
    """The pair in this file, made where there is none: a restart is known by the same certificate."""
    if file is None:
        return made()
    if (found := stored(file)) is not None:
        return found
    pair = made()
    write_private(file, pair.key + pair.certificate)
    return pair


def stored(file: Path) -> Pair | None:
    try:
        content = file.read_bytes()
        certificate = x509.load_pem_x509_certificate(content)
        serialization.load_pem_private_key(content, None)
    except (OSError, ValueError):
        return None
    if certificate.not_valid_after_utc - RENEWED_WITH_LEFT < datetime.now(UTC):
        return None
    key, begin, rest = content.partition(b"-----BEGIN CERTIFICATE")
    return Pair(key, begin + rest)


def made() -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Murmur's sandbox")])
    reached = [*map(x509.DNSName, NAMES), *(x509.IPAddress(ip_address(each)) for each in ADDRESSES)]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + HOLDS_FOR)
        .add_extension(x509.SubjectAlternativeName(reached), critical=False)
        # Whoever trusts it trusts this server, and nothing that its key might sign.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return Pair(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain), certificate.public_bytes(pem)
    )


def write_private(file: Path, content: bytes) -> None:
    """Whole or not at all, and for our own account only."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    draft.replace(file)
