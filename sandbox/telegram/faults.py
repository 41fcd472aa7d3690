"""Trouble on order: queued faults of single calls, and the flood control that is always there."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from sandbox.telegram.call import identifier
from sandbox.telegram.errors import ApiError, JsonObject, too_many_requests

BURST_SECONDS = 1.0
CHAT_BURST = 5
MAX_SLEEP = 120
TEXTS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
TOO_MANY = 429


class Fault(BaseModel, extra="forbid", strict=True):
    """The next `times` calls of `method` (`*` = any but getUpdates) to `chat_id` (None = any).

    With `code`, the call fails and changes nothing; `body` then replaces the JSON by a raw text,
    as a gateway in between would answer. Without `code` it is done, `before_sleep` seconds late,
    and answered `after_sleep` seconds later: the client that gave up meanwhile sends it twice.
    """

    method: str = "*"
    chat_id: int | None = None
    times: int = Field(1, ge=1)
    code: int | None = Field(None, ge=400, le=599)
    text: str | None = None
    parameters: JsonObject | None = None
    body: str | None = None
    before_sleep: float = Field(0.0, ge=0, le=MAX_SLEEP)
    after_sleep: float = Field(0.0, ge=0, le=MAX_SLEEP)

    def matches(self, method: str, chat_id: str) -> bool:
        named = method.lower() == self.method.lower()
        anything = self.method == "*" and method.lower() != "getupdates"
        return (named or anything) and self.chat_id in {None, identifier(chat_id)}

    def error(self) -> ApiError | None:
        if self.code is None:
            return None
        if self.code == TOO_MANY:
            retry_after = int((self.parameters or {}).get("retry_after", 1))
            return too_many_requests(retry_after)
        text = self.text or TEXTS.get(self.code, f"Error {self.code}")
        return ApiError(self.code, text, self.parameters)


@dataclass
class Faults:
    queue: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat_id: str) -> Fault | None:
        """The first fault that fits, used up by one."""
        for fault in self.queue:
            if fault.matches(method, chat_id):
                fault.times -= 1
                if fault.times <= 0:
                    self.queue.remove(fault)
                return fault
        return None


@dataclass
class Bucket:
    rate: float
    capacity: float
    tokens: float
    filled_at: float

    def seconds_to_wait(self, now: float) -> float:
        """Take one token; or say how long until there is one."""
        self.tokens = min(self.capacity, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return (1 - self.tokens) / self.rate
        self.tokens -= 1
        return 0.0


@dataclass
class FloodControl:
    """Messages and edits a second, over all chats and in each; answers to presses are free."""

    overall_rate: float | None
    chat_rate: float | None
    monotonic: Callable[[], float]
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def check(self, chat_id: str) -> None:
        """Raises 429 with the whole seconds to wait."""
        waits = [0.0]
        if self.overall_rate:
            waits.append(self._take("", self.overall_rate, self.overall_rate * BURST_SECONDS))
        if self.chat_rate:
            waits.append(self._take(chat_id, self.chat_rate, CHAT_BURST))
        if max(waits) > 0:
            raise too_many_requests(math.ceil(max(waits)))

    def _take(self, key: str, rate: float, capacity: float) -> float:
        now = self.monotonic()
        bucket = self.buckets.setdefault(key, Bucket(rate, capacity, capacity, now))
        return bucket.seconds_to_wait(now)
