"""After the storm: who paid, what was granted, who is on which server, what was said to whom."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from main_api.access.calendar import moved
from sandbox.chaos.buyers import Buyer, access_until, links
from sandbox.layout import COUNTRIES
from sandbox.operator import Money
from sandbox.shop import Sandbox
from sandbox.vpn_client import parse_link

THANKS = r"Оплата получена, спасибо!"
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
        money = self._sandbox.operator.money()
        for buyer in self._buyers:
            if buyer.complaint:
                self._complain(buyer, buyer.complaint)
            elif self._check(buyer, [m for m in money if m.order == buyer.order_id]):
                self._found.granted += 1
        self._found.paid = len(money)
        self._everybody_is_on_every_server()
        return self._found

    def _complain(self, buyer: Buyer, complaint: str) -> None:
        self._found.complaints.append(f"{buyer.person.user_id}: {complaint}")

    def _check(self, buyer: Buyer, money: list[Money]) -> bool:
        """Granted exactly a month a payment after the trial's end, and thanked once for each."""
        assert buyer.trial_end is not None
        expected = moved(buyer.trial_end, months=len(money))
        settled = _within(SETTLE_SECONDS, lambda: access_until(buyer.subscription) == expected)
        if not settled:
            until = access_until(buyer.subscription)
            self._complain(buyer, f"paid {len(money)} times, until {until}, not {expected}")
        self._check_receipts(buyer, money)
        return settled

    def _check_receipts(self, buyer: Buyer, money: list[Money]) -> None:
        """One message a payment; fewer only where a receipt's fate is unknown, never more."""
        receipt = self._sandbox.operator.receipt
        ended = ("sent", "unknown")
        if not _within(SETTLE_SECONDS, lambda: all(receipt(m) in ended for m in money)):
            self._complain(buyer, f"receipts are {[receipt(m) for m in money]}")
        unknown = sum(receipt(m) == "unknown" for m in money)
        thanked = buyer.person.count(THANKS)
        self._found.unknown += unknown
        self._found.receipts += thanked
        if not len(money) - unknown <= thanked <= len(money):
            self._complain(buyer, f"paid {len(money)} times, thanked {thanked} times")

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
