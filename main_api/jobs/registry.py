"""Every job by name: how often it runs, and what it does. Jobs are safe to run twice at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from main_api.deps import Deps
from main_api.notices.planning import NoticePlanning
from main_api.notices.rush import SETTLED_SECONDS
from main_api.payments.room import payments_room
from main_api.referrals.rewards import rewards
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.sums import SumTraffic
from main_api.vpn_api.agreeing import Agreeing
from main_api.vpn_api.healing import IN_HAND_SECONDS
from main_api.watching.deps import watch
from main_api.watching.spared import Spared
from main_api.withholding.deps import withholding


def planning(deps: Deps) -> NoticePlanning:
    return NoticePlanning(deps.db, deps.notify, deps.clock)


def agreeing(deps: Deps) -> Agreeing:
    alarm = Spared(deps.vpn.servers, deps.alarms, deps.clock)
    return Agreeing(deps.vpn.servers, deps.vpn.store, deps.vpn.agreement, alarm)


def collecting(deps: Deps) -> CollectTraffic:
    return CollectTraffic(deps.db, deps.vpn.servers, deps.clock)


@dataclass(frozen=True)
class Job:
    """`make` is called once a process; what it returns runs every `seconds`, one run at a time."""

    seconds: float
    make: Callable[[Deps], Callable[[], None]]


JOBS: Final[dict[str, Job]] = {
    "settle_payments": Job(1, lambda deps: payments_room(deps).settlement.sweep),
    "heal": Job(0.25, lambda deps: partial(deps.vpn.healing.tick, IN_HAND_SECONDS)),
    "enlist": Job(1, lambda deps: deps.vpn.enlisting.tick),
    "remove": Job(10, lambda deps: deps.removal.tick),
    "plan_notices": Job(1, lambda deps: partial(planning(deps).tick, SETTLED_SECONDS)),
    "reward_inviters": Job(1, lambda deps: rewards(deps).tick),
    "agree": Job(2, lambda deps: agreeing(deps).tick),  # it knows who is due
    "watch": Job(10, lambda deps: watch(deps).tick),
    "collect_traffic": Job(60, lambda deps: collecting(deps).tick),
    "sum_traffic": Job(60, lambda deps: SumTraffic(deps.db, deps.clock).tick),
    "withhold": Job(60, lambda deps: withholding(deps).tick),
    "prune_traffic": Job(3600, lambda deps: collecting(deps).prune),
    "describe": Job(10, lambda deps: deps.vpn.describing.tick),
    "describe_new": Job(1, lambda deps: deps.vpn.describing.ask_undescribed),
}
