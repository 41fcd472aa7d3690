"""What was sent and what came back, kept for the demo, the tests and the curious."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.clock import Clock

_KEPT = 20_000
_ANSWER_KEPT = 2_000


@dataclass(frozen=True)
class Event:
    """One event as it goes over the wire, and when it is tried again.

    `tries_at` are seconds after the event, not yet scaled; its length is the number of tries.
    """

    provider: str
    name: str
    subject: str
    order: str
    url: str
    body: bytes
    content_type: str
    tries_at: tuple[float, ...]
    kind: str = "honest"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """One try: `status` is the HTTP status, 0 when no answer came, -1 when it was dropped here."""

    number: int
    at: str
    provider: str
    event: str
    kind: str
    subject: str
    order: str
    attempt: int
    status: int
    answer: str
    error: str
    milliseconds: int
    body: str


class Journal:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._count = 0
        self._deliveries: deque[Delivery] = deque(maxlen=_KEPT)
        self._events: deque[Event] = deque(maxlen=_KEPT)

    def remember(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)

    def last_event(self, order: str = "", name: str = "") -> Event | None:
        """The newest honest event, of one order and of one name when given."""
        with self._lock:
            for event in reversed(self._events):
                wanted = order in {"", event.order, event.subject} and name in {"", event.name}
                if wanted and event.kind == "honest":
                    return event
        return None

    def record(self, event: Event, attempt: int, **outcome: Any) -> Delivery:
        with self._lock:
            self._count += 1
            delivery = Delivery(
                number=self._count,
                at=self._clock().isoformat(timespec="milliseconds"),
                provider=event.provider,
                event=event.name,
                kind=event.kind,
                subject=event.subject,
                order=event.order,
                attempt=attempt,
                status=outcome["status"],
                answer=outcome.get("answer", "")[:_ANSWER_KEPT],
                error=outcome.get("error", ""),
                milliseconds=outcome.get("milliseconds", 0),
                body=event.body.decode(errors="replace"),
            )
            self._deliveries.append(delivery)
            return delivery

    def deliveries(self, order: str = "") -> list[Delivery]:
        """Oldest first; of one order (or payment id) when given."""
        with self._lock:
            return [it for it in self._deliveries if order in {"", it.order, it.subject}]
