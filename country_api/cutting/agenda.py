"""Who is to be cut when: each twice, and again for a while when it has failed."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

ROUNDS = 2  # the second for a connection that was just being let in
AGAIN_SECONDS = 2.0
TRIES = 20
RETRY_SECONDS = 0.5


@dataclass(frozen=True)
class Entry:
    """`core_id` is the one that has gone, None when it is not known, or several have."""

    when: float
    core_id: str | None = None
    rounds: int = ROUNDS
    tries: int = TRIES


class Agenda:
    """By user, so it is never longer than there are users. `monotonic` in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}

    def add(self, gone: Mapping[str, str | None]) -> None:
        """Key -> the id that has gone. Due now, whatever was planned for them before."""
        now = self._monotonic()
        with self._lock:
            for key, core_id in gone.items():
                before = self._entries.get(key)
                same = before is None or before.core_id == core_id
                self._entries[key] = Entry(now, core_id if same else None)

    def due(self) -> dict[str, Entry]:
        now = self._monotonic()
        with self._lock:
            return {key: entry for key, entry in self._entries.items() if entry.when <= now}

    def done(self, taken: dict[str, Entry]) -> None:
        when = self._monotonic() + AGAIN_SECONDS
        self._put(taken, lambda entry: replace(entry, when=when, rounds=entry.rounds - 1))

    def failed(self, taken: dict[str, Entry]) -> None:
        when = self._monotonic() + RETRY_SECONDS
        self._put(taken, lambda entry: replace(entry, when=when, tries=entry.tries - 1))

    def _put(self, taken: dict[str, Entry], changed: Callable[[Entry], Entry]) -> None:
        """Whoever was added anew since he was taken is left as he is."""
        with self._lock:
            for key, entry in taken.items():
                if self._entries.get(key) is entry:
                    self._entries[key] = changed(entry)
                    if not self._entries[key].rounds or not self._entries[key].tries:
                        del self._entries[key]

    def next(self) -> float | None:
        """When somebody is due, if anybody is."""
        with self._lock:
            return min((entry.when for entry in self._entries.values()), default=None)
