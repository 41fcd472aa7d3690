"""The queue behind getUpdates: offsets confirm, one poller waits, what is too old is gone."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Condition

from common.clock import Sleep
from sandbox.telegram.errors import JsonObject, conflict

KNOWN_TYPES = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "subscription",
    ]
)
ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT_TYPES = KNOWN_TYPES - ONLY_ON_REQUEST

LIFETIMES = {"callback_query": 150.0, "pre_checkout_query": 150.0, "inline_query": 30.0}
DAY = 24 * 3600.0
FUTURE_LIMIT, PAST_LIMIT = 10, 100_000
MAX_TIMEOUT = 50
MAX_ANSWER = 1 << 22
CONFLICT_PAUSE = 3.0
CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True)
class Queued:
    update_id: int
    body: JsonObject
    dies_at: float
    size: int


@dataclass
class Poll:
    aborted: bool = False
    held: bool = False


@dataclass
class UpdateQueue:
    changed: Condition
    monotonic: Callable[[], float]
    sleep: Sleep
    allowed: frozenset[str] = DEFAULT_TYPES
    next_id: int = field(default_factory=lambda: random.randint(10**5, 10**9))
    pending: list[Queued] = field(default_factory=list)
    _waiting: Poll | None = None
    _last_offset: int | None = None
    _last_call: float = -1e9
    _quiet_until: float = -1e9

    def allow(self, types: object) -> None:
        """Remember the wanted types for good; nothing known in the list means the default."""
        if isinstance(types, list):
            known = frozenset(kind for kind in types if isinstance(kind, str)) & KNOWN_TYPES
            self.allowed = known or DEFAULT_TYPES

    def add(self, kind: str, payload: JsonObject) -> int | None:
        """Queue an update if the bot wants its kind now; None when it is dropped."""
        if kind not in self.allowed:
            return None
        return self.add_raw({kind: payload}, LIFETIMES.get(kind, DAY))

    def add_raw(self, body: JsonObject, lifetime: float = DAY) -> int:
        with self.changed:
            update_id = self.next_id
            self.next_id += 1
            body = {"update_id": update_id, **body}
            size = len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
            self.pending.append(Queued(update_id, body, self.monotonic() + lifetime, size))
            self.changed.notify_all()
        return update_id

    def clear(self) -> None:
        self.pending.clear()

    def get(self, offset: int, limit: int, timeout: int) -> list[JsonObject]:
        """Confirm what is below `offset`, and answer or wait; raises 409 when another poll comes.

        Must be called without holding `changed`: a second conflict is held back for 3 seconds.
        """
        poll = Poll()
        with self.changed:
            limit, timeout = self._slow_down(offset, limit, timeout)
            found = self._take(offset, limit)
            if not found and timeout:
                found = self._wait(poll, offset, limit, timeout)
        if poll.held:
            self.sleep(CONFLICT_PAUSE)
        if poll.aborted:
            raise conflict(CONFLICT)
        return found

    def _slow_down(self, offset: int, limit: int, timeout: int) -> tuple[int, int]:
        """The server brakes a client that asks the same again and again."""
        now = self.monotonic()
        if offset == self._last_offset and now < self._last_call + 3.0:
            timeout = max(timeout, 3)
        if offset == self._last_offset and now < self._last_call + 0.5:
            limit = 1
        self._last_offset, self._last_call = offset, now
        return limit, timeout

    def _take(self, offset: int, limit: int) -> list[JsonObject]:
        now = self.monotonic()
        self.pending = [queued for queued in self.pending if queued.dies_at > now]
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset > 0 and self._in_reach(offset):
            self.pending = [queued for queued in self.pending if queued.update_id >= offset]
        sizes = accumulate(queued.size for queued in self.pending[:limit])
        return [
            queued.body
            for queued, size in zip(self.pending, sizes, strict=False)
            if size <= MAX_ANSWER
        ]

    def _in_reach(self, offset: int) -> bool:
        head = self.pending[0].update_id if self.pending else self.next_id
        return head - PAST_LIMIT <= offset <= self.next_id + FUTURE_LIMIT

    def _wait(self, poll: Poll, offset: int, limit: int, timeout: int) -> list[JsonObject]:
        if self._waiting:
            self._abort(self._waiting)
        self._waiting = poll
        self.changed.wait_for(lambda: poll.aborted or self.pending, timeout)
        if poll.aborted:
            return []
        self._waiting = None
        return self._take(max(offset, 0), limit)

    def _abort(self, poll: Poll) -> None:
        now = self.monotonic()
        poll.aborted = True
        poll.held = now < self._quiet_until
        if not poll.held:
            self._quiet_until = now + CONFLICT_PAUSE
        self.changed.notify_all()
