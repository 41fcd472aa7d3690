"""The least signature: an HMAC over method, path and body."""

import hashlib
import hmac

HEADER = "X-Sign"


def sign(key: str, method: str, path: str, body: bytes) -> str:
    return hmac.new(key.encode(), f"{method} {path}\n".encode() + body, hashlib.sha256).hexdigest()


def is_signed(key: str, method: str, path: str, body: bytes, given: str) -> bool:
    return hmac.compare_digest(sign(key, method, path, body), given)
