"""After the storm: who paid, what was granted, who is on which server, what was said to whom."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from main_api.access.calendar import moved
from sandbox.chaos.buyers import Buyer, access_until, links
from sandbox.layout import COUNTRIES
from sandbox.shop import Sandbox
from sandbox.vpn_client import parse_link

THANKS = r"(?i)оплата получена|оплата прошла|спасибо"
SETTLE_SECONDS = 60.0


@dataclass
class Findings:
    """`complaints` empty means: nothing was lost, nothing happened twice."""

    paid: int = 0
    granted: int = 0
    receipts: int = 0
    unknown: int = 0
    complaints: list[str] = field(default_factory=list)


class Auditor:
    def __init__(self, sandbox: Sandbox, buyers: list[Buyer]) -> None:
        self._sandbox = sandbox
        self._buyers = buyers
        self._found = Findings()

    def audit(self) -> Findings:
        paid = self._sandbox.operator.paid_orders()
        for buyer in self._buyers:
            if buyer.complaint:
                self._found.complaints.append(f"{buyer.person.user_id}: {buyer.complaint}")
            elif self._check(buyer, paid.count(buyer.order_id)):
                self._found.granted += 1
        self._found.paid = len(paid)
        self._everybody_is_on_every_server()
        return self._found

    def _check(self, buyer: Buyer, times_paid: int) -> bool:
        """Paid once, granted exactly one month after the trial's end, thanked at most once."""
        assert buyer.trial_end is not None
        expected = moved(buyer.trial_end, months=times_paid)
        settled = _within(SETTLE_SECONDS, lambda: access_until(buyer.subscription) == expected)
        if not settled:
            until = access_until(buyer.subscription)
            self._found.complaints.append(
                f"{buyer.person.user_id}: paid {times_paid} times, access until {until}, "
                f"expected {expected}"
            )
        thanked = self._thanks(buyer)
        self._found.receipts += thanked
        if thanked > times_paid:
            self._found.complaints.append(f"{buyer.person.user_id}: thanked {thanked} times")
        if thanked < times_paid:
            self._unknown_or_lost(buyer)
        return settled

    def _thanks(self, buyer: Buyer) -> int:
        _within(10.0, lambda: buyer.person.count(THANKS) > 0)
        return buyer.person.count(THANKS)

    def _unknown_or_lost(self, buyer: Buyer) -> None:
        state = self._sandbox.operator.notice(f"receipt:{buyer.order_id}")
        if state == "unknown":
            self._found.unknown += 1
        else:
            self._found.complaints.append(
                f"{buyer.person.user_id}: not thanked, and the receipt is {state}"
            )

    def _everybody_is_on_every_server(self) -> None:
        for country in COUNTRIES:
            port = self._sandbox.layout.ports[f"core_{country}"]
            wanted = {
                parsed.core_id
                for buyer in self._buyers
                if buyer.done
                for line in links(buyer.subscription)
                if re.match("vless:", line) and (parsed := parse_link(line)).port == port
            }
            missing = self._missing(country, wanted)
            if missing:
                self._found.complaints.append(f"{country}: {len(missing)} paying users are missing")

    def _missing(self, country: str, wanted: set[str]) -> set[str]:
        _within(SETTLE_SECONDS, lambda: not wanted - self._sandbox.operator.active_ids(country))
        return wanted - self._sandbox.operator.active_ids(country)


def _within(seconds: float, truth: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if truth():
            return True
        time.sleep(0.2)
    return truth()
