"""What happens, numbered, for the page: a bounded memory from which a reader resumes."""

from collections import deque
from dataclasses import dataclass, field
from threading import Condition

from sandbox.telegram.errors import JsonObject

REMEMBERED = 2000


@dataclass(frozen=True)
class Event:
    seq: int
    kind: str
    data: JsonObject


@dataclass
class Stream:
    changed: Condition
    last_seq: int = 0
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def publish(self, kind: str, data: JsonObject) -> None:
        with self.changed:
            self.last_seq += 1
            self.events.append(Event(self.last_seq, kind, data))
            self.changed.notify_all()

    def since(self, seq: int) -> list[Event] | None:
        """The events after `seq`; None when some are forgotten, or it is of another run."""
        oldest = self.events[0].seq if self.events else self.last_seq + 1
        if seq > self.last_seq or seq < oldest - 1:
            return None
        return [event for event in self.events if event.seq > seq]

    def wait(self, seq: int, timeout: float) -> list[Event] | None:
        with self.changed:
            self.changed.wait_for(lambda: self.last_seq != seq, timeout)
            return self.since(seq)
