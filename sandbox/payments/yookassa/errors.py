"""YooKassa's error answers: one exception and its JSON."""

import json
import uuid

from flask import Response

_CODES = {
    400: "invalid_request",
    401: "invalid_credentials",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    415: "invalid_request",
    500: "internal_server_error",
}


class YooKassaError(Exception):
    """An answer other than 200; `parameter` names the field at fault."""

    def __init__(self, status: int, description: str, parameter: str = "") -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameter = parameter


def bad_request(description: str, parameter: str = "") -> YooKassaError:
    return YooKassaError(400, description, parameter)


def not_found(what: str) -> YooKassaError:
    return YooKassaError(
        404, f"Incorrect {what}_id. The object doesn't exist or access is denied.", f"{what}_id"
    )


def error_answer(error: YooKassaError) -> Response:
    body = {
        "type": "error",
        "id": str(uuid.uuid4()),
        "code": _CODES.get(error.status, "invalid_request"),
        "description": error.description,
    }
    if error.parameter:
        body["parameter"] = error.parameter
    return Response(json.dumps(body), status=error.status, content_type="application/json")
