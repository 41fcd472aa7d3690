"""One Bot API call as the server reads it: query, form, JSON body and files merged into one."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from sandbox.telegram.errors import ApiError, JsonObject, bad_request
from sandbox.telegram.multipart import read_parts

MAX_UPLOAD = 50 * 1024 * 1024
INT32 = 2**31
IDENTIFIER = re.compile(r"-?[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


@dataclass
class Call:
    """All arguments are texts, as in the server: JSON values keep their JSON form."""

    method: str
    values: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def integer(self, name: str, default: int = 0) -> int:
        """What is not a number of 32 bits counts as absent."""
        value = self.values.get(name, "")
        if not re.fullmatch(r"-?[0-9]{1,10}", value, re.ASCII):
            return default
        number = int(value)
        return number if -INT32 <= number < INT32 else default

    def boolean(self, name: str) -> bool:
        return self.values.get(name, "").strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, complaint: str) -> Any:
        """The decoded argument, or None when absent; anything else is refused with `complaint`."""
        value = self.values.get(name, "")
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(complaint) from None

    def for_journal(self) -> JsonObject:
        shown: JsonObject = dict(self.values)
        for name, upload in self.uploads.items():
            shown[name] = {"file": upload.name, "size": len(upload.content)}
        return shown


def identifier(text: str) -> int | None:
    """A chat's or user's number; None when the text is none."""
    return int(text) if IDENTIFIER.fullmatch(text) else None


def read_call(request: Request, method: str) -> Call:
    call = Call(method)
    if (request.content_length or 0) > MAX_UPLOAD + 1024 * 1024:
        raise ApiError(413, "Request Entity Too Large")
    for name, value in request.args.items():
        call.values[name] = value
    if request.is_json:
        _read_json(call, request)
    fields, files = read_parts(request)
    for name, value in fields.items():
        call.values[name] = value
    for name, stored in files.items():
        content = stored.stream.read()
        stored.close()
        if len(content) > MAX_UPLOAD:
            raise ApiError(413, "Request Entity Too Large")
        mime_type = stored.mimetype or "application/octet-stream"
        call.uploads[name] = Upload(stored.filename or name, mime_type, content)
    _require_unicode(call)
    return call


def _read_json(call: Call, request: Request) -> None:
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise bad_request("can't parse JSON object")
    for name, value in body.items():
        if isinstance(value, str):
            call.values[name] = value
        elif value is not None:
            call.values[name] = json.dumps(value, ensure_ascii=False)


def _require_unicode(call: Call) -> None:
    for value in call.values.values():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
