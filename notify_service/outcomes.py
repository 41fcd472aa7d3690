"""From how a call to Telegram ended to what becomes of the notice."""

from dataclasses import dataclass
from datetime import timedelta

from common.telegram.errors import Outcome, TelegramError
from notify_service.store import State

LONGEST_BACKOFF_SECONDS = 15  # a restored connection is noticed within that
HOLD_SECONDS = {  # for everybody that is not interactive; of a 429 the gate knows already
    Outcome.UNAVAILABLE: 1.0,
    Outcome.CONFLICT: 1.0,
    Outcome.TOKEN_REVOKED: 60.0,
}
FINAL: dict[Outcome, State] = {
    Outcome.BLOCKED: "blocked",
    Outcome.GONE: "blocked",
    Outcome.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either a final `state`, or None and the time `after` which to try again."""

    state: State | None
    after: timedelta = timedelta()
    hold_seconds: float = 0.0


def verdict(failure: TelegramError, attempts: int) -> Verdict:
    """What is certain not to have been sent comes back; all else is final."""
    outcome = failure.outcome
    if outcome is Outcome.RETRY_AFTER:
        return Verdict(None)
    if outcome in HOLD_SECONDS:
        return Verdict(None, backoff(attempts), HOLD_SECONDS[outcome])
    return Verdict(FINAL.get(outcome, "failed"))


def backoff(attempts: int) -> timedelta:
    return timedelta(seconds=min(2 ** min(attempts - 1, 10), LONGEST_BACKOFF_SECONDS))
