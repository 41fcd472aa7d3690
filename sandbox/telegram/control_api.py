"""The sandbox's switches: journal, faults, the clock, and the stream of events.

All under /sandbox/api:

GET /journal?since=&last= -> {"entries": [{seq, at, method, params, ok, ms, fault, result?,
    error_code?, description?}]}: those after number `since`, of them the `last` ones
GET, DELETE /faults -> {"faults": [...]}; POST /faults -> 201 {method?, chat_id?, times?, code?,
    text?, parameters?, body?, before_sleep?, after_sleep?} (their meaning: faults.py)
GET /clock -> {"now": ISO, "offset": seconds, "movable": bool}
POST /clock {offset: seconds} or {add: seconds}
GET /events: server-sent events, resumed by Last-Event-ID: hello, message, edit, delete, callback,
    action, people, commands, journal, clock, faults, and reset when the place is forgotten
"""

import json
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from sandbox.telegram.call import identifier
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.faults import Fault
from sandbox.telegram.offset import read_offset, write_offset
from sandbox.telegram.reading import Refused, body, seconds

PING_SECONDS = 15.0
LARGEST_SEQ = 2**53
Answer = Response | tuple[Response, int]


def control_api(emulator: Emulator) -> Blueprint:
    api = Blueprint("control_api", __name__, url_prefix="/sandbox/api")
    _journal_and_faults(api, emulator)
    _clock(api, emulator)

    @api.get("/events")
    def events() -> Response:
        response = Response(
            stream_events(emulator, _resume_at(emulator)), mimetype="text/event-stream"
        )
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Accel-Buffering"] = "no"
        return response

    return api


def _journal_and_faults(api: Blueprint, emulator: Emulator) -> None:
    @api.get("/journal")
    def journal() -> Answer:
        since = int(seconds(request, "since", LARGEST_SEQ))
        entries = emulator.journal.since(since)
        last = int(seconds(request, "last", LARGEST_SEQ))
        return jsonify({"entries": entries[-last:] if last else entries})

    @api.get("/faults")
    def faults() -> Answer:
        return jsonify(faults_json(emulator))

    @api.post("/faults")
    def add_fault() -> Answer:
        fault = read_fault(body(request))
        with emulator.changed:
            emulator.faults.queue.append(fault)
            emulator.stream.publish("faults", faults_json(emulator))
        return jsonify(faults_json(emulator)), 201

    @api.delete("/faults")
    def clear() -> Answer:
        with emulator.changed:
            emulator.faults.queue.clear()
            emulator.stream.publish("faults", faults_json(emulator))
        return jsonify(faults_json(emulator))


def faults_json(emulator: Emulator) -> JsonObject:
    return {"faults": [fault.model_dump(exclude_none=True) for fault in emulator.faults.queue]}


def read_fault(given: JsonObject) -> Fault:
    try:
        return Fault.model_validate(given)
    except ValidationError as wrong:
        fields = (
            ".".join(map(str, error["loc"])) + ": " + error["msg"] for error in wrong.errors()
        )
        raise Refused(400, "; ".join(fields)) from None


def _clock(api: Blueprint, emulator: Emulator) -> None:
    @api.get("/clock")
    def clock() -> Answer:
        return jsonify(clock_json(emulator))

    @api.post("/clock")
    def move() -> Answer:
        given = body(request)
        with emulator.changed:
            offset_file = emulator.settings.offset_file
            if offset_file is None:
                raise Refused(409, "this emulator was started without a clock to move")
            now = read_offset(offset_file)
            write_offset(offset_file, _wanted_offset(given, now))
            emulator.stream.publish("clock", clock_json(emulator))
        return jsonify(clock_json(emulator))


def _wanted_offset(given: JsonObject, now: float) -> float:
    for name, base in (("offset", 0.0), ("add", now)):
        value = given.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return base + float(value)
    raise Refused(400, "give offset or add, in seconds")


def clock_json(emulator: Emulator) -> JsonObject:
    offset_file = emulator.settings.offset_file
    return {
        "now": emulator.settings.clock().isoformat(timespec="seconds"),
        "offset": read_offset(offset_file) if offset_file else 0.0,
        "movable": offset_file is not None,
    }


def _resume_at(emulator: Emulator) -> int:
    """Where the reader left off; a new reader starts now."""
    given = request.headers.get("Last-Event-ID") or request.args.get("last_event_id", "")
    number = identifier(given)
    return emulator.stream.last_seq if number is None else number


def stream_events(emulator: Emulator, seq: int) -> Iterator[str]:
    """`reset` tells a reader whose place is forgotten to load everything anew."""
    yield f"event: hello\ndata: {json.dumps({'seq': seq})}\n\n"
    while True:
        events = emulator.stream.wait(seq, PING_SECONDS)
        if events is None:
            seq = emulator.stream.last_seq
            yield f"id: {seq}\nevent: reset\ndata: {{}}\n\n"
            continue
        for event in events:
            seq = event.seq
            yield f"id: {seq}\nevent: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
        if not events:
            yield ": ping\n\n"
