"""Who must hear what and when: worked out anew from the stories alone, in the plainest way.

Nothing here comes from the code that is tested: not its moments, not its quiet hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.notices.life import Happened
from tests.notices.outages import Outages

H, D = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
SECONDS = timedelta(seconds=5)
NIGHT = {22, 23, 0, 1, 2, 3, 4, 5, 6, 7, 8}
BY_NIGHT_TOO = {"trialUnused", "neverConnected"}
FAR = datetime.max.replace(tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True)
class Now:
    """What is true of a person from `since` on."""

    since: datetime
    end: datetime | None = None
    end_since: datetime | None = None
    trial_at: datetime | None = None
    on_trial: bool = False
    paid_at: datetime | None = None
    connected: bool = False
    blocked: bool = False
    banned: bool = False
    wants: bool = True
    zone: str = "Europe/Moscow"
    language: str = "ru"
    quietly_closed: bool = False


@dataclass(frozen=True)
class Expected:
    at: datetime
    kind: str
    end: datetime
    then: Now
    contested: bool
    """The end was moved in the very seconds in which it was sent: either may come first."""


@dataclass(frozen=True)
class Oracle:
    jobs: Outages
    notify: Outages

    def expected(self, story: list[Happened], until: datetime) -> list[Expected]:
        states = self._states(story)
        found, known = [], set()
        for begun, over in _periods(states):
            planned = self._both_up(begun.since + timedelta(seconds=1))
            if planned > over or begun.quietly_closed:
                continue
            # what changes while they are being handed over comes after them
            then = _at([it for it in states if it.since < over], planned)
            for kind, due, useless in _notices(then):
                if due > begun.since and (kind, begun.end) not in known:
                    known.add((kind, begun.end))
                    sent = self._sent(states, kind, max(due, planned), begun.end, useless)
                    found += [sent] if sent and sent.at <= until else []
        return sorted(found, key=lambda it: it.at)

    def _both_up(self, moment: datetime) -> datetime:
        while True:
            later = self.notify.up_from(self.jobs.up_from(moment))
            if later == moment:
                return moment
            moment = later

    def _states(self, story: list[Happened]) -> list[Now]:
        """In the order of time; a first connection counts from when it is learned."""
        moved = []
        for event in story:
            at = event.at
            if event.what == "connect":
                whole = at - timedelta(seconds=at.second, microseconds=at.microsecond)
                at = self.jobs.next_look(whole + MINUTE)
            moved.append(replace(event, at=at))
        states = [Now(story[0].at)]
        for event in sorted(moved, key=lambda it: it.at):
            states.append(_after(states[-1], event))
        return states

    def _sent(
        self, states: list[Now], kind: str, at: datetime, end: datetime | None, useless: datetime
    ) -> Expected | None:
        while True:
            at = self.notify.up_from(at)
            then = _at(states, at)
            if end is None or not _wanted(kind, then, end) or at >= useless:
                return None
            morning = at if kind in BY_NIGHT_TOO else _morning(at, then.zone)
            if morning == at or morning >= useless:
                contested = _at(states, at + SECONDS).end != end
                return Expected(at, kind, end, then, contested)
            at = morning


def _after(state: Now, event: Happened) -> Now:
    state = replace(state, since=event.at)
    settings: dict[str, dict[str, object]] = {
        "zone": {"zone": event.value},
        "language": {"language": event.value},
        "notices": {"wants": event.value == "True"},
        "blocked": {"blocked": bool(event.value)},
        "banned": {"banned": bool(event.value)},
        "connect": {"connected": True},
    }
    if event.what in settings:
        return replace(state, **settings[event.what])  # type: ignore[arg-type]  # each fits its field
    if event.what == "trial":
        state = replace(state, trial_at=event.at, on_trial=True)
    if event.what == "pay":
        state = replace(state, on_trial=False, paid_at=event.at)
    if event.what == "refund":
        state = replace(state, paid_at=None)
    if event.end != state.end:
        closed = event.what == "refund" and event.end == event.at
        state = replace(state, end=event.end, end_since=event.at, quietly_closed=closed)
    return state


def _periods(states: list[Now]) -> Iterator[tuple[Now, datetime]]:
    """Each state in which an end was set, and when the next one was."""
    begun = [it for it in states if it.end is not None and it.end_since == it.since]
    ends = [it.since for it in begun[1:]] + [FAR]
    yield from zip(begun, ends, strict=True)


def _at(states: list[Now], moment: datetime) -> Now:
    return [it for it in states if it.since <= moment][-1]


def _notices(then: Now) -> Iterator[tuple[str, datetime, datetime]]:
    """Kind, when it is due, and from when on it is of no use."""
    end = then.end
    assert end is not None
    if then.on_trial and then.trial_at:
        length = end - then.trial_at
        yield "trialEnding", end - D if length >= 36 * H else end - length / 3, end
        if not then.connected:
            yield "trialUnused", then.trial_at + 3 * H, end
    else:
        yield "threeDays", end - 3 * D, end - D
        yield "aDay", end - D, end
    yield "ended", end + timedelta(seconds=30), end + 2 * D
    yield "twoDaysAgo", end + 2 * D, end + 7 * D
    if then.paid_at and not then.connected:
        yield "neverConnected", then.paid_at + H, end


def _wanted(kind: str, then: Now, end: datetime) -> bool:
    if then.end != end or then.blocked or then.banned:
        return False
    if kind in BY_NIGHT_TOO and then.connected:
        return False
    if kind.startswith("trial") and not then.on_trial:
        return False
    return then.wants or kind == "neverConnected"


def _morning(at: datetime, zone: str) -> datetime:
    """The first moment of day from this one on: minute by minute, as a clock on the wall goes."""
    there = ZoneInfo(zone)
    if at.astimezone(there).hour not in NIGHT:
        return at
    at -= timedelta(seconds=at.second, microseconds=at.microsecond)
    while at.astimezone(there).hour in NIGHT:
        at += MINUTE
    return at
