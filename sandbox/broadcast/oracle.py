"""What the emulator's journal, the rows of notify_service and main_api say when it is over."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from common.storage.connect import connect
from models.broadcasts import Broadcast
from notify_service.broadcast.recipients import COLLECTION
from notify_service.broadcast.runner import WORKERS
from sandbox.broadcast.crowd import Crowd, in_english
from sandbox.broadcast.scene import TELEGRAM_LIMIT, Json, Scene
from sandbox.broadcast.trouble import METHOD, Troubles

LATEST_RECEIPT_SECONDS = 2.0
MARKED_SECONDS = 20.0
MOST_OVER_THE_LIMIT = 1.15
COUNTED = ("sendMessage", "copyMessage", "editMessageText")
LABELS = {True: "👤 Profile", False: "👤 Профиль"}


@dataclass
class Findings:
    """`complaints` empty means: each was reached once, in time, and the payers did not wait."""

    numbers: dict[str, object] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def must(self, what: str, *, hold: bool) -> None:
        if not hold:
            self.complaints.append(what)


def judged(scene: Scene, crowd: Crowd, told: Broadcast, troubles: Troubles, kills: int) -> Findings:
    """About people and rates; how long all took and the receipts are judged beside it."""
    found = Findings()
    entries = scene.look("journal")["entries"]
    calls = [entry for entry in entries if entry["method"] in COUNTED]
    states = _states(scene, told.broadcast_id)
    _judge_people(found, crowd, states, [entry for entry in calls if entry["method"] == METHOD])
    _judge_counts(found, told, Counter(states.values()), troubles, kills)
    _judge_rate(found, scene, calls)
    left = {one for one in crowd.blocked if states.get(one) == "blocked"}
    unmarked = _unmarked(scene, left)
    found.must(f"{len(unmarked)} who left are not marked", hold=not unmarked)
    return found


def _unmarked(scene: Scene, left: set[int]) -> set[int]:
    """main_api is told of them in small portions, so they have some seconds."""
    main_api, deadline = scene.main_api, time.monotonic() + MARKED_SECONDS
    while True:
        left = {one for one in left if not main_api.user_by_telegram(one).blocked}
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.5)


def pauses(scene: Scene, retry_after: float) -> float:
    """The seconds for which 429s forbade everything; overlapping ones count once."""
    entries = scene.look("journal")["entries"]
    closed, until = 0.0, 0.0
    for at in sorted(_moments(e for e in entries if e.get("error_code") == 429)):  # noqa: PLR2004 -- HTTP
        closed += max(at + retry_after - max(at, until), 0.0)
        until = max(until, at + retry_after)
    return closed


def last_copy_at(scene: Scene) -> float:
    entries = scene.look("journal")["entries"]
    return max(_moments(entry for entry in entries if entry["method"] == METHOD))


def _states(scene: Scene, broadcast_id: str) -> dict[int, str]:
    database = connect(f"embedded://{scene.layout.state('notify')}", name="notify")
    rows = database.collection(COLLECTION).find({"broadcast_id": broadcast_id})
    states = {row["telegram_id"]: row["state"] for row in rows}
    database.close()
    return states


def _judge_people(
    found: Findings, crowd: Crowd, states: dict[int, str], copies: list[Json]
) -> None:
    arrived = Counter(int(entry["params"]["chat_id"]) for entry in copies if entry["ok"])
    found.must("not everybody was a recipient", hold=set(states) == set(crowd.people))
    twice = [person for person, times in arrived.items() if times > 1]
    found.must(f"{len(twice)} got it twice", hold=not twice)
    missed = [one for one, state in states.items() if state == "sent" and arrived[one] != 1]
    found.must(f"{len(missed)} are told as sent and have nothing", hold=not missed)
    reachable = set(crowd.people) - crowd.blocked
    lost = [one for one in reachable if states.get(one) not in ("sent", "unknown")]
    found.must(f"{len(lost)} who can be reached were not", hold=not lost)
    wrong = [one for one in crowd.blocked if states.get(one) not in ("blocked", "unknown")]
    found.must(f"{len(wrong)} who left are told as something else", hold=not wrong)
    foreign = [
        entry for entry in copies
        if LABELS[in_english(int(entry["params"]["chat_id"]))] not in _labels(entry)
    ]  # fmt: skip
    found.must(f"{len(foreign)} have keys in another language", hold=not foreign)
    unknown = [one for one, state in states.items() if state == "unknown"]
    found.numbers["of the unknown, arrived"] = sum(arrived[one] for one in unknown)


def _labels(entry: Json) -> str:
    """The keyboard as it was sent, its escapes undone."""
    return str(entry["params"].get("reply_markup", "")).encode().decode("unicode_escape").encode(
        "utf-16", "surrogatepass"
    ).decode("utf-16")  # fmt: skip


def _judge_counts(
    found: Findings, told: Broadcast, states: Counter[str], troubles: Troubles, kills: int
) -> None:
    found.numbers |= {
        "recipients": told.recipients, "sent": told.sent, "blocked": told.blocked,
        "unknown": told.unknown, "failed": told.failed,
    }  # fmt: skip
    counts = {"sent": told.sent, "blocked": told.blocked, "unknown": told.unknown}
    same = all(states[state] == number for state, number in counts.items())
    found.must("the report does not tell what the rows say", hold=same and not told.waiting)
    most = troubles.unanswered + kills * WORKERS
    found.must(f"{told.unknown} unknown, at most {most} can be", hold=told.unknown <= most)
    found.must("somebody's copy failed", hold=told.failed == 0)


def _judge_rate(found: Findings, scene: Scene, calls: list[Json]) -> None:
    moments = sorted(_moments(calls))
    busiest, first = 0, 0
    for last, at in enumerate(moments):
        while at - moments[first] >= 1.0:
            first += 1
        busiest = max(busiest, last - first + 1)
    limit = TELEGRAM_LIMIT * scene.scale
    found.numbers["busiest second"] = busiest
    found.must(f"{busiest} calls in one second, the limit is {limit:g}", hold=busiest <= limit)
    own = [e for e in calls if e.get("error_code") == 429 and not e["fault"]]  # noqa: PLR2004 -- HTTP
    found.must(f"Telegram itself said 429 {len(own)} times", hold=not own)


def _moments(entries: Iterable[Json]) -> list[float]:
    return [datetime.fromisoformat(entry["at"]).timestamp() for entry in entries]
