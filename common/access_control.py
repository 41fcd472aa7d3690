"""Who may call a view: each one names its callers or says that it is public."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, request

from common.errors import Forbidden, ServiceError
from common.service_auth import Guard, NotSigned
from models.codes import Service

F = TypeVar("F", bound=Callable[..., Any])
ATTRIBUTE = "allowed_callers"
LOOPBACK = ("127.", "::1", "::ffff:127.")  # the last is IPv4 where IPv6 is listened on


def callers(*names: Service) -> Callable[[F], F]:
    """Let only these services in, and `operator`: a token minted by hand for curl."""

    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE, frozenset({*names, Service.OPERATOR}))
        return view

    return mark


def public(view: F) -> F:
    """Let anybody in."""
    setattr(view, ATTRIBUTE, None)
    return view


def loopback_only(view: F) -> F:
    """Let in whoever is on this machine; for /metrics."""
    setattr(view, ATTRIBUTE, "loopback")
    return view


class UnguardedView(Exception):
    """A view says neither who may call it nor that it is public; the app must not start."""


def check_all_marked(app: Flask) -> None:
    for name, view in app.view_functions.items():
        if name != "static" and not hasattr(view, ATTRIBUTE):
            raise UnguardedView(f"{name} must be marked @callers(...) or @public")


def install(app: Flask, guard: Guard) -> None:
    """Check every request before its view runs; the body is read here, capped by the app."""

    def check() -> None:
        view = app.view_functions.get(request.endpoint or "")
        allowed = getattr(view, ATTRIBUTE, None)
        if view is None or allowed is None:
            return
        if allowed == "loopback":
            if not from_this_machine():
                raise Forbidden("only on this machine")
            return
        g.caller = caller_by(guard)
        if g.caller not in allowed:
            raise Forbidden(f"{g.caller} may not do this", code="wrong_caller")

    app.before_request(check)


def from_this_machine() -> bool:
    return (request.remote_addr or "::1").startswith(LOOPBACK)


def caller_by(guard: Guard) -> str:
    """Who has signed the present request; raises NotSigned, and what else Guard does.

    `g.signed` says of a request that is refused whether somebody whom we know has signed it.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSigned("a service token is needed", code="no_token")
    path = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or _rebuilt_path()
    body = request.get_data()
    try:
        return guard.caller_of(token, method=request.method, path=path, body=body)
    except ServiceError as refused:
        g.signed = not isinstance(refused, NotSigned)
        raise


def _rebuilt_path() -> str:
    query = request.query_string.decode("latin-1")
    return f"{request.path}?{query}" if query else request.path
