"""The id by which one server's core knows a user: another one on every server."""

import hashlib
import hmac

from models.servers import UserKey

ACCESS_SECRET_BYTES = 32


def core_id(access_secret: str, address: str) -> str:
    """HMAC-SHA256 of the address under the user's secret, so a seized server opens no other.

    Bytes 6-7 are fixed, since Xray ignores them (facts: `vlessRoute`), and the bits that mark a
    random UUID are set, since some clients check them.
    """
    digest = hmac.digest(bytes.fromhex(access_secret), address.encode(), hashlib.sha256)
    raw = bytearray(digest[:16])
    raw[6], raw[7] = 0x40, 0x00
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()  # quicker than uuid.UUID, and each subscription has one a server
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def user_key(user_id: int) -> UserKey:
    return f"u{user_id}"
