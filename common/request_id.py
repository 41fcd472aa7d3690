"""The id of the request being served: travels to the neighbours and into every log line."""

import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
_GOOD = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    return _current.get()


def adopt(offered: str | None) -> str:
    """Take the caller's id if it is harmless, else make one."""
    request_id = offered if offered and _GOOD.match(offered) else secrets.token_hex(8)
    _current.set(request_id)
    return request_id
