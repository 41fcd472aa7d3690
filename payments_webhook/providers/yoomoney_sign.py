"""The `sign` of a YooMoney wallet notification: HMAC-SHA256 over all its parameters."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from common.errors import BadRequest

MOST_FIELDS = 100


def canonical(parameters: Mapping[str, str]) -> str:
    """Blank and unknown ones too, sorted by name, encoded as RFC 3986 says (a space is %20)."""
    names = sorted(name for name in parameters if name != "sign")
    return "&".join(f"{name}={quote(parameters[name], safe='')}" for name in names)


def signature(parameters: Mapping[str, str], secret: str) -> str:
    text = canonical(parameters)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def parameters_of(body: bytes) -> dict[str, str]:
    """Raises BadRequest for what is no form in UTF-8, and for a name that stands twice: which of
    the two was signed could not be told.
    """
    try:
        text = body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadRequest("the body is no form") from None
    parameters = dict(pairs)
    if not parameters or len(parameters) != len(pairs):
        raise BadRequest("the body is no form")
    return parameters


def is_signed(parameters: Mapping[str, str], secret: str) -> bool:
    given = parameters.get("sign", "").lower()
    return hmac.compare_digest(signature(parameters, secret).encode(), given.encode())
