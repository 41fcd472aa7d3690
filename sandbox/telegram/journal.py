"""Every call of the bot, with its answer: what tests assert on and the page shows."""

from collections import deque
from dataclasses import dataclass, field

from sandbox.telegram.errors import JsonObject
from sandbox.telegram.stream import Stream

REMEMBERED = 20_000


@dataclass
class Journal:
    """Entries hold seq, at (when the call arrived, by the clock, ISO), method, params (never the
    token), ok, result or error.
    """

    stream: Stream
    last_seq: int = 0
    entries: deque[JsonObject] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def record(self, entry: JsonObject) -> None:
        with self.stream.changed:
            self.last_seq += 1
            entry = {"seq": self.last_seq, **entry}
            self.entries.append(entry)
            self.stream.publish("journal", entry)

    def since(self, seq: int) -> list[JsonObject]:
        with self.stream.changed:
            return [entry for entry in self.entries if entry["seq"] > seq]
