"""Signs wallet notifications: HMAC-SHA256 over every parameter, and the SHA-1 of old."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

_SHA1_ORDER = (
    "notification_type",
    "operation_id",
    "amount",
    "currency",
    "datetime",
    "sender",
    "codepro",
)


def canonical(parameters: Mapping[str, str]) -> str:
    """All parameters, blank and unknown ones too, by name, percent-encoded as RFC 3986 says."""
    names = sorted(name for name in parameters if name != "sign")
    return "&".join(f"{name}={quote(parameters[name], safe='')}" for name in names)


def sign(parameters: Mapping[str, str], secret: str) -> str:
    return hmac.new(secret.encode(), canonical(parameters).encode(), hashlib.sha256).hexdigest()


def legacy_sha1(parameters: Mapping[str, str], secret: str) -> str:
    parts = [parameters.get(name, "") for name in _SHA1_ORDER]
    told = "&".join([*parts, secret, parameters.get("label", "")])
    return hashlib.sha1(told.encode()).hexdigest()  # noqa: S324  the provider's choice, not ours
