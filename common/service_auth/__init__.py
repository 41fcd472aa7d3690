"""Who calls: a JWT (HS256) that lives a minute and binds the request it was made for.

Claims: `iss` caller, `aud` callee, `iat`, `exp`, `jti`, and `req` = SHA-256 over the method, the
path with its query string, and the body. One key of at least 32 bytes a pair of caller and callee;
a callee lists each caller's keys, so that a key is changed by adding, switching, removing.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

import jwt
from jwt.utils import base64url_decode

from common import used_tokens
from common.clock import Clock
from common.errors import Forbidden, Unauthorized, Unavailable
from models.codes import Code

LIFETIME = timedelta(seconds=60)
LEEWAY = timedelta(seconds=10)
MIN_KEY_BYTES = 32
MAX_TOKEN_CHARS = 2048


def fingerprint(method: str, path: str, body: bytes) -> str:
    """`path` with its query string exactly as sent."""
    head = f"{method.upper()} {path}\n".encode()
    return hashlib.sha256(head + hashlib.sha256(body).digest()).hexdigest()


def mint(
    *, caller: str, callee: str, key: str, method: str, path: str, body: bytes, clock: Clock
) -> str:
    now = clock()
    claims = {
        "iss": caller,
        "aud": callee,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "jti": secrets.token_urlsafe(12),
        "req": fingerprint(method, path, body),
    }
    return jwt.encode(claims, key, algorithm="HS256")


class NotSigned(Unauthorized):
    """Nobody whose key we have has made the token; `code` says no more than that."""

    code = "bad_token"


class Guard:
    """Checks tokens for one callee. `keys`: caller -> the keys it may sign with.

    Each `jti` is remembered for as long as it could be used again, by all workers of the service.
    """

    def __init__(self, callee: str, keys: Mapping[str, list[str]], clock: Clock) -> None:
        self._callee = callee
        self._keys = keys
        self._clock = clock
        self._used = used_tokens.of_this_service()

    def caller_of(self, token: str, *, method: str, path: str, body: bytes) -> str:
        """The caller's name; raises Unauthorized (NotSigned, expired, replayed) or Forbidden (made
        for another request). A clock that differs by more than the leeway is told as `clock_skew`.
        """
        claims = self._decode(token)
        self._check_time(claims)
        if not hmac.compare_digest(str(claims["req"]), fingerprint(method, path, body)):
            raise Forbidden("the token was made for another request", code="wrong_request")
        self._use_once(str(claims["jti"]), float(str(claims["exp"])))
        return str(claims["iss"])

    def _decode(self, token: str) -> dict[str, object]:
        for key in self._keys.get(_claimed_caller(token), []):
            try:
                return jwt.decode(
                    token,
                    key,
                    algorithms=["HS256"],
                    audience=self._callee,
                    options={
                        "require": ["iss", "aud", "iat", "exp", "jti", "req"],
                        "verify_exp": False,  # time is checked by our own clock
                        "verify_iat": False,
                        "verify_nbf": False,
                    },
                )
            except jwt.PyJWTError:
                continue
        raise NotSigned("no valid token")

    def _check_time(self, claims: dict[str, object]) -> None:
        now = self._clock().timestamp()
        issued, expires = claims["iat"], claims["exp"]
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            raise Unauthorized("no valid token", code="bad_token")
        leeway = LEEWAY.total_seconds()
        if expires - issued > LIFETIME.total_seconds():
            raise Unauthorized("the token lives too long", code="bad_token")
        if now > expires + leeway:
            raise Unauthorized("the token has expired", code="expired_token")
        if now < issued - leeway:
            raise Unauthorized("the caller's clock is ahead of ours", code=Code.CLOCK_SKEW)

    def _use_once(self, jti: str, expires: float) -> None:
        until, now = expires + LEEWAY.total_seconds(), self._clock().timestamp()
        try:
            first = self._used.first_use(jti, until=until, now=now)
        except used_tokens.CannotRemember:
            raise Unavailable("there is no place to remember the token") from None
        if not first:
            raise Unauthorized("the token was used before", code="replayed_token")


def _claimed_caller(token: str) -> str:
    """Whose keys to try; nothing is believed before one of them fits."""
    if len(token) > MAX_TOKEN_CHARS:
        raise NotSigned("no valid token")
    try:
        claims = json.loads(base64url_decode(token.split(".")[1]))
    except (IndexError, ValueError, RecursionError):
        raise NotSigned("no valid token") from None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""


def parse_caller_keys(text: str) -> dict[str, list[str]]:
    """`{"tg_bot": ["key", "older key"]}`; raises ValueError naming the caller whose key is weak."""
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("must be an object of caller -> list of keys")  # noqa: TRY004 -- a bad value
    for caller, keys in data.items():
        if not isinstance(keys, list) or not keys:
            raise ValueError(f"{caller}: must be a non-empty list of keys")
        for key in keys:
            check_key(caller, key)
    return data


def check_key(owner: str, key: object) -> None:
    if not isinstance(key, str) or len(key.encode()) < MIN_KEY_BYTES:
        raise ValueError(f"{owner}: a key must be a string of at least {MIN_KEY_BYTES} bytes")
