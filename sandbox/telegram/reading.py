"""Reading the sandbox's own requests: a JSON object, its fields, a number of the query."""

import math
from typing import Any

from flask import Request

from sandbox.telegram.errors import JsonObject

MAX_WAIT = 60.0


class Refused(Exception):
    """An answer {"error": message} with a status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def body(request: Request) -> JsonObject:
    """The JSON object sent; an empty body is an empty object."""
    if not request.get_data(cache=True):
        return {}
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise Refused(400, "a JSON object is expected")
    return value


def text_field(given: JsonObject, name: str, default: str | None = None) -> str:
    value = given.get(name)
    if value is None:
        value = default
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Refused(400, f"{name} must be a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused(400, f"{name} must be encoded in UTF-8") from None
    return value


def integer(given: JsonObject, name: str, default: int) -> int:
    value: Any = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(400, f"{name} must be a whole number")
    return value


def seconds(request: Request, name: str, most: float = MAX_WAIT) -> float:
    """A number of the query, 0 when absent, held within 0 and `most`."""
    try:
        value = float(request.args.get(name, "0"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(400, f"{name} must be a number")
    return min(max(value, 0.0), most)
