"""The errors that cross a service boundary: one family, one JSON shape, the same on both ends."""

from typing import Any, ClassVar

MAX_CODE_CHARS = 64


class ServiceError(Exception):
    """Something a caller can act on; `code` is stable, `message` is for people.

    On the wire: `{"error": {"code", "message", "details", "request_id"}}` with `status`.
    """

    status: ClassVar[int] = 500
    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = details


class BadRequest(ServiceError):
    status, code = 400, "bad_request"


class Unauthorized(ServiceError):
    status, code = 401, "unauthorized"


class Forbidden(ServiceError):
    status, code = 403, "forbidden"


class NotFound(ServiceError):
    status, code = 404, "not_found"


class Conflict(ServiceError):
    status, code = 409, "conflict"


class Gone(ServiceError):
    status, code = 410, "gone"


class TooLarge(ServiceError):
    status, code = 413, "too_large"


class Invalid(ServiceError):
    status, code = 422, "invalid"


class TooManyRequests(ServiceError):
    status, code = 429, "too_many_requests"


class Unavailable(ServiceError):
    """The one error that means "try again": network trouble, a 5xx, a neighbour that is down."""

    status, code = 503, "unavailable"


BY_STATUS: dict[int, type[ServiceError]] = {
    kind.status: kind
    for kind in (
        BadRequest, Unauthorized, Forbidden, NotFound, Conflict, Gone,
        TooLarge, Invalid, TooManyRequests, Unavailable,
    )
}  # fmt: skip


def to_wire(error: ServiceError, request_id: str) -> dict[str, Any]:
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": error.details,
            "request_id": request_id,
        }
    }


def from_wire(status: int, body: object) -> ServiceError:
    """Turn a neighbour's answer back into the exception it raised; any 5xx becomes Unavailable."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        error = {}
    kind = Unavailable if status >= 500 else BY_STATUS.get(status, BadRequest)  # noqa: PLR2004 -- HTTP
    told = kind(
        str(error.get("message") or f"HTTP {status}"),
        code=str(error.get("code") or kind.code)[:MAX_CODE_CHARS],  # it is logged
    )
    details = error.get("details")
    told.details = details if isinstance(details, dict) else {}
    return told
