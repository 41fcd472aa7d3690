"""TLS to a neighbour who is known by the fingerprint of his certificate, and by nothing else.

That certificate is self-signed and names nobody: whoever has been told its SHA-256 needs no
authority, no host name and no date to know it again, and TLS 1.3 proves in each handshake that the
other end has the key to it. Anything more that was asked could only refuse the right one.
"""

import hashlib
import re
import ssl
from collections.abc import Collection
from typing import Any, Final

from typing_extensions import override
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import SSLError

HEX: Final = re.compile(r"[0-9a-f]{64}")
COLONS: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){31}")


class WrongCertificate(SSLError):
    """The neighbour has another one, whose fingerprint is `seen`; nothing was sent to him."""

    def __init__(self, seen: str) -> None:
        super().__init__("another certificate than the pinned one")
        self.seen = seen


def fingerprint_of(certificate: bytes) -> str:
    """Of a certificate in DER: SHA-256 in 64 hex digits."""
    return hashlib.sha256(certificate).hexdigest()


def normal_fingerprint(text: str) -> str:
    """64 hex digits, given as such or in pairs with colons between them; raises ValueError."""
    given = text.strip().lower()
    if not HEX.fullmatch(given) and not COLONS.fullmatch(given):
        raise ValueError("a fingerprint is the certificate's SHA-256, 64 hex digits")
    return given.replace(":", "")


def pinned_pool(
    host: str, port: int | None, *, pool_size: int, fingerprints: Collection[str]
) -> HTTPSConnectionPool:
    """Of the fingerprints any one is right: during a change of the certificate there are two."""
    pool = HTTPSConnectionPool(
        host, port, maxsize=pool_size, ssl_context=_context(), fingerprints=frozenset(fingerprints)
    )
    pool.ConnectionCls = PinnedConnection
    return pool


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the fingerprint is checked instead, by connect() below
    return context


class PinnedConnection(HTTPSConnection):
    def __init__(self, *args: Any, fingerprints: frozenset[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._fingerprints = fingerprints

    @override
    def connect(self) -> None:
        """Raises WrongCertificate; urllib3 calls it before it writes a byte of the request."""
        super().connect()
        assert isinstance(self.sock, ssl.SSLSocket)
        seen = fingerprint_of(self.sock.getpeercert(binary_form=True) or b"")
        if seen not in self._fingerprints:
            self.close()
            raise WrongCertificate(seen)
        self.is_verified = True
