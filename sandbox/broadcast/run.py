"""One broadcast from the draft to its report, with everything going wrong meanwhile."""

import random
import threading
import time
from dataclasses import dataclass

from common.errors import ServiceError
from common.service_client import make_session
from models.broadcasts import Broadcast, BroadcastButton, BroadcastDraft, BroadcastProgressMessage
from models.codes import Audience
from sandbox.broadcast import oracle
from sandbox.broadcast.crowd import ADMIN, Crowd, gathered
from sandbox.broadcast.oracle import LATEST_RECEIPT_SECONDS, MOST_OVER_THE_LIMIT, Findings
from sandbox.broadcast.payers import Payers
from sandbox.broadcast.scene import Scene, staged
from sandbox.broadcast.trouble import Killer, Troubles, order_faults

BROADCAST_ID = "under-fire"
PATIENCE = 3.0  # times what it should take
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """`silence_seconds` is longer than notify_service waits for an answer; `kills` are at such
    shares of the people.
    """

    people: int
    seed: int
    scale: float = 1.0
    floods: int = 8
    unanswered_share: float = 0.01
    silence_seconds: float = 21.0
    kills: tuple[float, ...] = (0.2, 0.5, 0.8)
    receipt_every_seconds: float = 5.0

    def troubles(self) -> Troubles:
        unanswered = round(self.people * self.unanswered_share)
        return Troubles(self.floods, unanswered, self.silence_seconds)


def fired(plan: Plan) -> Findings:
    """Raises NotReady."""
    dice = random.Random(plan.seed)
    with staged(plan.scale) as scene:
        crowd = gathered(scene, plan.people, dice)
        order_faults(scene, crowd, plan.troubles(), dice)
        print(f"{plan.people} people are there, seed {plan.seed}", flush=True)
        return _Show(plan, scene, crowd).judged()


class _Show:
    def __init__(self, plan: Plan, scene: Scene, crowd: Crowd) -> None:
        self._plan, self._scene, self._crowd = plan, scene, crowd
        quiet, people = threading.Lock(), plan.people
        self._killer = Killer(scene, self._tried, [round(people * at) for at in plan.kills], quiet)
        self._payers = Payers(scene, plan.receipt_every_seconds, quiet)
        self._over = threading.Event()

    def judged(self) -> Findings:
        began = time.time()  # noqa: TID251 -- compared with what the journal says
        self._begin()
        workers = [
            threading.Thread(target=run, args=(self._over,), daemon=True)
            for run in (self._killer.run, self._payers.run)
        ]
        for worker in workers:
            worker.start()
        told = self._ended()
        self._over.set()
        for worker in workers:
            worker.join()
        kills = len(self._killer.down_seconds)
        found = oracle.judged(self._scene, self._crowd, told, self._plan.troubles(), kills)
        self._judge_times(found, began)
        found.must(f"it was killed {kills} times only", hold=kills == len(self._plan.kills))
        return found

    def _begin(self) -> None:
        said = self._say("Новый сервер в Германии — попробуйте")
        notify = self._scene.notify_service
        names = [BroadcastButton(name=name) for name in ("profile", "myKeys", "support")]
        draft = BroadcastDraft(
            broadcast_id=BROADCAST_ID, admin_id=ADMIN, source_message_id=said,
            keyboard=[names], audience=Audience.ALL,
        )  # fmt: skip
        notify.draft_broadcast(draft)
        notify.start_broadcast(BROADCAST_ID, BroadcastProgressMessage(message_id=said))

    def _say(self, text: str) -> int:
        with make_session() as session:
            said = self._scene.telegram(session, "POST", f"chats/{ADMIN}/say", {"text": text})
        return int(said["message_id"])

    def _ended(self) -> Broadcast:
        """As it is told in the end; it may be down when it is asked."""
        wanted = self._plan.people / self._scene.limit + self._plan.silence_seconds + 20
        deadline = time.monotonic() + wanted * PATIENCE
        while True:
            try:
                told = self._scene.notify_service.broadcast(BROADCAST_ID)
            except ServiceError:
                told = None
            if told and told.state not in ("running", "paused") and not told.waiting:
                return told
            if time.monotonic() > deadline:
                raise TimeoutError("the broadcast does not come to its end")
            time.sleep(LOOK_SECONDS)

    def _tried(self) -> int:
        """Calls of Telegram so far, nearly all of them copies."""
        newest = self._scene.look("journal?last=1")["entries"]
        return int(newest[0]["seq"]) if newest else 0

    def _judge_times(self, found: Findings, began: float) -> None:
        closed = oracle.pauses(self._scene, self._plan.troubles().retry_after)
        messages = self._plan.people + len(self._payers.seconds)
        physical = messages / self._scene.limit + closed
        took = oracle.last_copy_at(self._scene) - began
        receipts = sorted(self._payers.seconds)
        found.numbers |= {
            "seconds from the start to the last copy": round(took, 1),
            "seconds that the limit and the 429s demand": round(physical, 1),
            "more than that": f"{took / physical - 1:.1%}",
            "of it, down after kill -9": [round(s, 1) for s in self._killer.down_seconds],
            "receipts": len(receipts),
            "slowest receipts": [round(seconds, 2) for seconds in receipts[-3:]],
        }
        found.must("nobody paid meanwhile", hold=bool(receipts))
        if self._plan.scale > 1:  # then starting again is longer than all the rest
            return
        slow = took > physical * MOST_OVER_THE_LIMIT
        found.must(f"it took {took:.0f} s instead of {physical:.0f}", hold=not slow)
        late = [seconds for seconds in receipts if seconds > LATEST_RECEIPT_SECONDS]
        found.must(f"{len(late)} receipts came late", hold=not late)
