"""What the steps share: the sandbox, the people, the links they were given, and how to look."""

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from common.clock import make_clock, milliseconds
from models.users import User
from sandbox.customer import Customer
from sandbox.layout import COUNTRIES, Layout
from sandbox.shop import Sandbox
from sandbox.vpn_client import VpnClient, connected, parse_link
from sandbox.web import PAGE_BYTES, page

Json = dict[str, Any]
COUNTED_SECONDS = 15.0  # an agent reads its core every 10 s


class StepFailed(AssertionError):
    """A step did not show what it must; the message says what was seen."""


def ensure(truth: bool, complaint: str) -> None:  # noqa: FBT001 -- reads as a sentence
    if not truth:
        raise StepFailed(complaint)


@dataclass
class Story:
    """One run. `anna` is the customer, `boris` a second one whose counters must not move."""

    sandbox: Sandbox
    anna: Customer
    boris: Customer
    subscription: str = ""
    facts: Json = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        return self.sandbox.layout

    # what the customer can see

    def links(self) -> dict[str, str]:
        """Country -> link, from the subscription page exactly as a client app reads it."""
        answer = requests.get(self.subscription, timeout=10)
        ensure(answer.status_code == 200, f"the subscription answered {answer.status_code}")  # noqa: PLR2004
        lines = base64.b64decode(answer.text).decode().splitlines()
        by_port = {self.layout.ports[f"core_{country}"]: country for country in COUNTRIES}
        found = {parse_link(line).port: line for line in lines if line.startswith("vless://")}
        return {by_port[port]: line for port, line in found.items() if port in by_port}

    def access_until(self) -> datetime:
        """The end of access as the subscription's header tells it."""
        answer = requests.get(self.subscription, timeout=10)
        told = dict(
            part.strip().split("=") for part in answer.headers["subscription-userinfo"].split(";")
        )
        return datetime.fromtimestamp(int(told["expire"]), UTC)

    @contextmanager
    def vpn(self, country: str, link: str | None = None) -> Iterator[VpnClient]:
        chosen = link or self.links()[country]
        with connected(self.sandbox.core, chosen, self.layout.folder) as client:
            yield client

    def fetch_through(self, country: str, name: str, link: str | None = None) -> None:
        """Fetch a page through one country's server and compare its bytes."""
        with self.vpn(country, link) as client:
            body = client.fetch(f"{self.layout.url('web')}/{name}")
        ensure(body == page(name), f"{country}: the page's bytes differ")

    def refused_through(self, country: str, link: str) -> bool:
        with self.vpn(country, link) as client:
            try:
                client.fetch(f"{self.layout.url('web')}/refused")
            except requests.RequestException:
                return True
            return False

    # what the operator can see

    def fetch_and_find(self, country: str, name: str) -> str:
        """Fetch a page; the one user whose counter grew, on this server and on no other."""
        before = {c: self.sandbox.operator.traffic(c) for c in COUNTRIES}
        self.fetch_through(country, name)
        if not self._grows(before):
            # a core that may be older than the ledger counts from the ledger's first look (ADR 20)
            self.fetch_through(country, name)
            ensure(self._grows(before), f"{country}: the page is not counted")
        grown = self._grown(before)
        ensure(len(grown) == 1 and grown[0][0] == country, f"the counters that grew: {grown}")
        return grown[0][1]

    def _grows(self, before: dict[str, dict[str, int]]) -> bool:
        deadline = time.monotonic() + COUNTED_SECONDS
        while not self._grown(before) and time.monotonic() < deadline:
            time.sleep(0.2)
        return bool(self._grown(before))

    def _grown(self, before: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
        """Country and user of whoever has fetched a page since."""
        return [
            (c, user)
            for c in COUNTRIES
            for user, total in self.sandbox.operator.traffic(c).items()
            if total - before[c].get(user, 0) >= PAGE_BYTES
        ]

    # what the provider does

    def control(self, action: str, **body: Any) -> Json:
        url = f"{self.layout.url('payments')}/sandbox/api/{action}"
        answer = requests.post(url, json=body, timeout=30)
        ensure(answer.ok, f"the double refused {action}: {answer.text[:200]}")
        return dict(answer.json())

    def deliveries(self, order: str) -> list[Json]:
        url = f"{self.layout.url('payments')}/sandbox/api/deliveries"
        return list(requests.get(url, params={"order": order}, timeout=10).json()["deliveries"])

    def wait(self, what: str, truth: Callable[[], bool], seconds: float = 15.0) -> float:
        """Wait until it is true; how long that took, in seconds. Raises StepFailed."""
        began = time.monotonic()
        while not truth():
            ensure(time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}")
            time.sleep(0.05)
        return time.monotonic() - began

    def now(self) -> datetime:
        return make_clock(self.layout.clock_file)()

    def user(self) -> User:
        return self.sandbox.operator.user(int(str(self.facts["core_user"]).removeprefix("u")))

    def notice_state(self) -> str:
        """Of the notice that tells the customer of the present end of access."""
        user = self.user()
        ensure(user.expires_at is not None, "there is no end of access")
        end = milliseconds(user.expires_at or self.now())
        return self.sandbox.operator.notice(f"subEnded:{user.user_id}:{end}")

    def settle(self) -> None:
        """Give a wrong effect the time to show itself."""
        time.sleep(1.0)

    def move_time(self, **delta: float) -> None:
        self.sandbox.move_time(**delta)
