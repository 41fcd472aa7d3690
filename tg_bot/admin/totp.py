"""The second factor: a code of six digits from the admin's app, asked again after 12 hours.

A code is good once and within a minute and a half; five wrong ones in a row bring a pause, and each
further five a pause twice as long. Who has no secret in the configuration is not asked.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pyotp.totp import TOTP

from common.clock import Clock
from tg_bot.states import States

STATE = "admin-totp"
LASTS = timedelta(hours=12)
MAX_WRONG = 5
FIRST_PAUSE = timedelta(minutes=15)
MAX_DOUBLINGS = 6
DIGITS = 6
DRIFT = (-1, 0, 1)  # in steps of 30 s: phones' clocks are not exact


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    PAUSED = "paused"


class SecondFactor:
    def __init__(self, secrets: Mapping[int, str], states: States, clock: Clock) -> None:
        self._codes = {admin_id: TOTP(secret) for admin_id, secret in secrets.items()}
        self._marks = {admin_id: _mark(secret) for admin_id, secret in secrets.items()}
        self._states, self._clock = states, clock

    def passed(self, admin_id: int) -> bool:
        if admin_id not in self._codes:
            return True
        state = self._state(admin_id)
        if state.get("mark") != self._marks[admin_id]:
            return False
        return float(state.get("until", 0)) > self._clock().timestamp()

    def ask(self, admin_id: int) -> None:
        self._put(admin_id, self._state(admin_id) | {"asked": True})

    def forget(self, admin_id: int) -> None:
        """He does not want to come in after all."""
        if admin_id in self._codes:
            self._put(admin_id, self._state(admin_id) | {"asked": False})

    def awaits(self, admin_id: int) -> bool:
        return admin_id in self._codes and bool(self._state(admin_id).get("asked"))

    def judged(self, admin_id: int, message_id: int) -> bool:
        """Whether the message was judged before, and nobody may have been shown the verdict."""
        return admin_id in self._codes and self._state(admin_id).get("message") == message_id

    def paused_until(self, admin_id: int) -> datetime | None:
        paused = datetime.fromtimestamp(
            float(self._state(admin_id).get("paused", 0)), self._clock().tzinfo
        )
        return paused if paused > self._clock() else None

    def judge(self, admin_id: int, written: str, message_id: int) -> Verdict:
        """The same message again has the same verdict: it is no second try."""
        state = self._state(admin_id)
        if state.get("message") == message_id:
            return Verdict(state["verdict"])
        verdict = self._judge(admin_id, written, state)
        self._put(admin_id, state | {"message": message_id, "verdict": verdict.value})
        return verdict

    def _judge(self, admin_id: int, written: str, state: dict[str, Any]) -> Verdict:
        """Writes into `state` what follows."""
        if self.paused_until(admin_id):
            return Verdict.PAUSED
        step = self._step_of(admin_id, written, int(state.get("step", 0)))
        if step is None:
            self._count_wrong(state)
            return Verdict.WRONG
        until = (self._clock() + LASTS).timestamp()
        mark = self._marks[admin_id]
        state.update(step=step, until=until, mark=mark, asked=False, wrong=0, pauses=0)
        return Verdict.RIGHT

    def _step_of(self, admin_id: int, written: str, last_step: int) -> int | None:
        """The time step whose code this is, if that is after the last one that was used."""
        now = self._codes[admin_id].timecode(self._clock())
        fitting = [
            now + drift
            for drift in DRIFT
            if hmac.compare_digest(self._codes[admin_id].generate_otp(now + drift), written)
        ]
        return next((step for step in fitting if step > last_step), None)

    def _count_wrong(self, state: dict[str, Any]) -> None:
        state["wrong"] = int(state.get("wrong", 0)) + 1
        if state["wrong"] < MAX_WRONG:
            return
        pauses = int(state.get("pauses", 0))
        pause = FIRST_PAUSE * 2 ** min(pauses, MAX_DOUBLINGS)
        state.update(wrong=0, pauses=pauses + 1, paused=(self._clock() + pause).timestamp())

    def _put(self, admin_id: int, state: dict[str, Any]) -> None:
        """Not among the person's own states: he may have those forgotten, and with them would go
        the count of wrong codes.
        """
        self._states.put(-admin_id, STATE, state)

    def _state(self, admin_id: int) -> dict[str, Any]:
        return self._states.get(-admin_id, STATE) or {}


def _mark(secret: str) -> str:
    """Tells one secret from another: what was proved by an old one counts no more."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def code_in(text: str) -> str | None:
    """The six digits, as apps show them ("123 456"), or None when it is no code."""
    digits = "".join(text.split())
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None
