"""Idempotence-Key: the same request again gets the very same answer for 24 hours."""

import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.clock import Clock
from sandbox.payments.yookassa.errors import YooKassaError, bad_request

_KEY = re.compile(r"[0-9a-zA-Z+\-_.]{1,64}")
_REMEMBERED = timedelta(hours=24)


@dataclass
class _Slot:
    fingerprint: str
    since: datetime
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: bytes | None = None
    refused: bool = False


class IdempotentAnswers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: dict[str, _Slot] = {}

    def once(self, key: str | None, request: bytes, act: Callable[[], bytes]) -> bytes:
        """Acts the first time only; a failed act leaves the key free.

        Raises YooKassaError 400 without a fitting key, or when it was used for another request.
        """
        if not key:
            raise bad_request("Idempotence key can not be blank", "Idempotence-Key")
        if _KEY.fullmatch(key) is None:
            raise bad_request("Idempotence key must match [0-9a-zA-Z+-_.]{1,64}", "Idempotence-Key")
        slot = self._slot(key, hashlib.sha256(request).hexdigest())
        with slot.lock:
            if slot.answer is None:
                slot.answer = self._act(slot, act)
            return slot.answer

    @staticmethod
    def _act(slot: _Slot, act: Callable[[], bytes]) -> bytes:
        try:
            return act()
        except YooKassaError:
            slot.refused = True
            raise

    def _slot(self, key: str, fingerprint: str) -> _Slot:
        with self._lock:
            now = self._clock()
            slot = self._slots.get(key)
            if slot is None or slot.since + _REMEMBERED <= now or slot.refused:
                slot = self._slots[key] = _Slot(fingerprint, now)
            if slot.fingerprint != fingerprint:
                raise bad_request("Duplicate idempotence key", "Idempotence-Key")
            return slot
