"""The stream of events that a page follows, and resumes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from sandbox.telegram.control_api import stream_events
from sandbox.telegram.stream import REMEMBERED
from tests.sandbox.telegram.running import ANYA, Running


@contextmanager
def events(sandbox: Running, **headers: str) -> Iterator[Iterator[tuple[int, str, Any]]]:
    """Number, kind and data of what comes; numbers start once `hello` has passed."""
    url = f"{sandbox.base}/sandbox/api/events"
    with requests.get(url, headers=headers, stream=True, timeout=30) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-cache"
        reading = parsed(response)
        assert next(reading)[1] == "hello"
        yield reading


def parsed(response: requests.Response) -> Iterator[tuple[int, str, Any]]:
    number, kind = 0, ""
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        name, _, value = line.partition(": ")
        if name == "id":
            number = int(value)
        elif name == "event":
            kind = value
        elif name == "data":
            yield number, kind, json.loads(value)


def test_what_happens_is_told_at_once(sandbox: Running) -> None:
    with events(sandbox) as reading:
        sandbox.act(ANYA, "say", text="/start")
        _, kind, message = next(reading)
        assert (kind, message["text"], message["chat_id"]) == ("message", "/start", ANYA)
        sandbox.call("sendMessage", chat_id=ANYA, text="Hi")
        assert [next(reading)[1] for _ in range(2)] == ["message", "journal"]


def test_a_reader_resumes_where_it_left_off(sandbox: Running) -> None:
    with events(sandbox) as reading:
        sandbox.act(ANYA, "say", text="one")
        number, _, _ = next(reading)
    sandbox.act(ANYA, "say", text="two")
    sandbox.act(ANYA, "say", text="three")
    with events(sandbox, **{"Last-Event-ID": str(number)}) as reading:
        told = [next(reading) for _ in range(2)]
    assert [data["text"] for _, _, data in told] == ["two", "three"]
    assert [place for place, _, _ in told] == [number + 1, number + 2]


def test_whose_place_is_forgotten_or_of_another_run_starts_anew(sandbox: Running) -> None:
    for _ in range(REMEMBERED + 10):
        sandbox.emulator.stream.publish("people", {})
    for place in ("1", "999999"):
        with events(sandbox, **{"Last-Event-ID": place}) as reading:
            assert next(reading)[1] == "reset"
            sandbox.act(ANYA, "say", text="after")
            assert next(reading)[2]["text"] == "after"


def test_a_silent_stream_sends_pings(sandbox: Running) -> None:
    sandbox.emulator.stream.wait = lambda *_: []  # type: ignore[method-assign]  # 15 s are too long
    reading = stream_events(sandbox.emulator, 0)
    next(reading)
    assert next(reading) == ": ping\n\n"
