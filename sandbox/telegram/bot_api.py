"""The Bot API's own address: token, faults, flood control, the method, the journal, the answer."""

import re
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.telegram.call import Call, read_call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import ApiError, JsonObject
from sandbox.telegram.faults import Fault
from sandbox.telegram.methods import BY_LOWER_NAME, COUNTED, WAITING

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


def bot_api(emulator: Emulator) -> Blueprint:
    api = Blueprint("bot_api", __name__)

    @api.route("/bot<token>/<method>", methods=["GET", "POST"])
    def call(token: str, method: str) -> Response:
        try:
            _check_token(emulator, token)
        except ApiError as refused:
            return _refusal(refused)
        try:
            given = read_call(request, method)
        except ApiError as unreadable:
            _record(emulator, Call(method), None, unreadable, None, milliseconds=0)
            return _refusal(unreadable)
        return answer(emulator, given)

    @api.get("/file/bot<token>/<path:path>")
    def download(token: str, path: str) -> Response:
        try:
            _check_token(emulator, token)
        except ApiError as refused:
            return _refusal(refused)
        stored = emulator.files.at(path)
        if stored is None:
            return _refusal(ApiError(404, "Not Found"))
        return Response(stored.upload.content, mimetype="application/octet-stream")

    return api


def _check_token(emulator: Emulator, token: str) -> None:
    if not TOKEN.fullmatch(token):
        raise ApiError(404, "Not Found")
    if token != emulator.settings.token:
        raise ApiError(401, "Unauthorized")
    if emulator.logged_out:
        raise ApiError(400, "Logged out")


def answer(emulator: Emulator, call: Call) -> Response:
    """Carry out one call under the faults that wait for it."""
    call.method, _ = BY_LOWER_NAME.get(call.method.lower(), (call.method, None))
    chat_id = call.text("chat_id")
    arrived = emulator.settings.clock()
    with emulator.changed:
        fault = emulator.faults.take(call.method, chat_id)
    if fault and fault.before_sleep:
        emulator.sleep(fault.before_sleep)
    started = time.monotonic()
    result, error = _outcome(emulator, call, fault)
    taken = (time.monotonic() - started) * 1000
    _record(emulator, call, result, error, fault, milliseconds=taken, arrived=arrived)
    if fault and fault.after_sleep:
        emulator.sleep(fault.after_sleep)
    if fault and error and fault.body is not None:
        return Response(fault.body, error.code, mimetype="text/html")
    return _refusal(error) if error else jsonify({"ok": True, "result": result})


def _outcome(emulator: Emulator, call: Call, fault: Fault | None) -> tuple[Any, ApiError | None]:
    try:
        ordered = fault.error() if fault else None
        if ordered:
            raise ordered
        return _run(emulator, call), None
    except ApiError as refused:
        return None, refused


def _run(emulator: Emulator, call: Call) -> Any:
    _, method = BY_LOWER_NAME.get(call.method.lower(), (call.method, None))
    if method is None:
        raise ApiError(404, "Not Found: method not found")
    lock: AbstractContextManager[Any] = emulator.changed
    if call.method in WAITING:
        lock = nullcontext()
    with lock:
        if call.method in COUNTED:
            emulator.flood.check(call.text("chat_id"))
        return method(emulator, call)


def _record(
    emulator: Emulator,
    call: Call,
    result: Any,
    error: ApiError | None,
    fault: Fault | None,
    *,
    milliseconds: float,
    arrived: datetime | None = None,
) -> None:
    entry: JsonObject = {
        "at": (arrived or emulator.settings.clock()).isoformat(timespec="milliseconds"),
        "method": call.method,
        "params": call.for_journal(),
        "ok": error is None,
        "ms": round(milliseconds, 1),
        "fault": fault is not None,
    }
    if error:
        entry |= {"error_code": error.code, "description": error.description}
    else:
        entry["result"] = result
    emulator.journal.record(entry)


def _refusal(error: ApiError) -> Response:
    response = jsonify(error.to_wire())
    response.status_code = error.code
    if error.code == HTTPStatus.TOO_MANY_REQUESTS and error.parameters:
        response.headers["Retry-After"] = str(error.parameters["retry_after"])
    return response
