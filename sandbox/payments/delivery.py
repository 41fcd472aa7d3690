"""Sends events in the background and repeats them until they are taken, as the providers do."""

import heapq
import itertools
import logging
import threading
import time
from dataclasses import dataclass, replace

import requests

from sandbox.payments.journal import Event, Journal
from sandbox.payments.switches import SwitchBoard

_log = logging.getLogger(__name__)
_TAKEN = 200
_DROPPED = -1
_NO_ANSWER = 0


@dataclass(frozen=True)
class _Try:
    event: Event
    started: float
    number: int = 1
    copies_left: int = 0
    then: Event | None = None


class Courier:
    """One thread keeps the timetable; each try has a thread of its own, so a slow shop holds up
    nobody else. Threads are daemons: what is still due dies with the process, as the state does.
    """

    def __init__(
        self, board: SwitchBoard, journal: Journal, *, factor: float, timeout: float
    ) -> None:
        self._board = board
        self._journal = journal
        self._factor = factor
        self._timeout = timeout
        self._due: list[tuple[float, int, _Try]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._timekeeper = threading.Thread(target=self._keep_time, name="courier", daemon=True)
        self._timekeeper.start()

    def send(self, event: Event, *, wait: bool = False, then: Event | None = None) -> None:
        """Sends an event under the switches in force; `wait` returns after its first try.

        `then` leaves when the event and its copies were taken or given up.
        """
        self._journal.remember(event)
        if self._board.take_drop():
            self._journal.record(event, 0, status=_DROPPED)
            return
        values = self._board.values
        start = time.monotonic() + values.delay
        first = _Try(event, start, copies_left=values.duplicate, then=then)
        for _ in range(values.parallel - 1):
            self._schedule(start, _Try(event, start))
        if wait:
            time.sleep(values.delay)
            self._attempt(first)
        else:
            self._schedule(start, first)

    def repeat(self, event: Event, times: int, *, parallel: bool) -> None:
        """Sends copies whatever the switches say, at once or one after the other.

        Returns when each has had its first try; an honest one that was not taken is tried again.
        """
        again = replace(event, kind="resent" if event.kind == "honest" else event.kind)
        if not parallel:
            for _ in range(times):
                self._attempt(_Try(again, time.monotonic()))
            return
        attempt = _Try(again, time.monotonic())
        copies = [threading.Thread(target=self._attempt, args=(attempt,)) for _ in range(times)]
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.join()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._timekeeper.join()

    def _schedule(self, when: float, attempt: _Try) -> None:
        with self._changed:
            heapq.heappush(self._due, (when, next(self._order), attempt))
            self._changed.notify()

    def _keep_time(self) -> None:
        while (attempt := self._next()) is not None:
            threading.Thread(target=self._attempt, args=(attempt,), daemon=True).start()

    def _next(self) -> _Try | None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(self._due[0][0] - now if self._due else None)
        return None

    def _attempt(self, attempt: _Try) -> None:
        event = attempt.event
        began = time.monotonic()
        status, answer, error = self._post(event)
        milliseconds = round((time.monotonic() - began) * 1000)
        self._journal.record(
            event,
            attempt.number,
            status=status,
            answer=answer,
            error=error,
            milliseconds=milliseconds,
        )
        _log.info(
            "%s %s (%s), try %d: %d", event.provider, event.name, event.kind, attempt.number, status
        )
        self._follow_up(attempt, taken=status == _TAKEN)

    def _follow_up(self, attempt: _Try, *, taken: bool) -> None:
        tries_at = attempt.event.tries_at
        if not taken and attempt.number < len(tries_at):
            when = attempt.started + tries_at[attempt.number] * self._factor
            self._schedule(when, replace(attempt, number=attempt.number + 1))
        elif attempt.copies_left:
            now = time.monotonic()
            copy = replace(attempt, started=now, number=1, copies_left=attempt.copies_left - 1)
            self._schedule(now, copy)
        elif attempt.then is not None:
            now = time.monotonic()
            self._schedule(now, _Try(attempt.then, now))

    def _post(self, event: Event) -> tuple[int, str, str]:
        headers = {"Content-Type": event.content_type, **event.headers}
        if self._board.values.forwarded_for:
            headers["X-Forwarded-For"] = self._board.values.forwarded_for
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the environment must not see loopback
            try:
                answer = session.post(
                    event.url,
                    data=event.body,
                    headers=headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            except requests.RequestException as trouble:
                return _NO_ANSWER, "", type(trouble).__name__
            return answer.status_code, answer.text, ""
