"""Telegram's way to say no: a code, a prefixed text, and sometimes parameters."""

from typing import Any

JsonObject = dict[str, Any]
PREFIXES = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class ApiError(Exception):
    """An answer with `ok: false`; `code` is the HTTP status too, `description` is sent as it is."""

    def __init__(self, code: int, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_wire(self) -> JsonObject:
        answer: JsonObject = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str) -> ApiError:
    return ApiError(400, prefixed(400, reason))


def forbidden(reason: str) -> ApiError:
    return ApiError(403, prefixed(403, reason))


def too_many_requests(retry_after: int) -> ApiError:
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


def prefixed(code: int, reason: str) -> str:
    """The server lowers the first letter of its own sentences, and leaves CAPS_CODES alone."""
    if reason[1:2].islower() or reason[1:2] == " ":
        reason = reason[0].lower() + reason[1:]
    return f"{PREFIXES[code]}: {reason}"


def conflict(reason: str) -> ApiError:
    return ApiError(409, prefixed(409, reason))
