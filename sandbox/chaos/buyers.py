"""People who try and buy at the same time, and who do not give up when something is down."""

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from models.buttons import Button, callback
from sandbox.browser import Browser, PageTrouble
from sandbox.customer import Customer, Json, NotSeen
from sandbox.layout import Layout

PATIENCE_SECONDS = 8.0
TRY, CONNECT = callback(Button.TRIAL), callback(Button.CONNECT)
TROUBLE = (NotSeen, PageTrouble, requests.RequestException)


class GaveUp(Exception):
    """A buyer did not get further within the time of the run."""


@dataclass
class Buyer:
    """One person's purchase. `in_flight` from the first /start until access is longer."""

    person: Customer
    provider: str
    subscription: str = ""
    trial_end: datetime | None = None
    order: str = ""
    retries: int = 0
    in_flight: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    complaint: str = ""

    def buy(self, deadline: float) -> None:
        """The whole way; each stage is repeated until it works or the time is up."""
        self._go((self._take_trial, self._read_link, *self._purchase()), deadline)

    def renew(self, deadline: float) -> None:
        """Once more, for whoever has bought before."""
        self.trial_end = access_until(self.subscription)
        self._go(self._purchase(), deadline)

    def _purchase(self) -> tuple[Callable[[], None], ...]:
        return self._order, self._pay, self._granted

    def _go(self, stages: tuple[Callable[[], None], ...], deadline: float) -> None:
        self.in_flight.set()
        try:
            for stage in stages:
                self._insist(stage, deadline)
            self.done = True
        except GaveUp as reason:
            self.complaint = str(reason)
        finally:
            self.in_flight.clear()

    def _insist(self, stage: Callable[[], None], deadline: float) -> None:
        while True:
            try:
                stage()
            except TROUBLE as trouble:
                self.retries += 1
                if time.monotonic() > deadline:
                    name = getattr(stage, "__name__", "?")
                    raise GaveUp(f"{name}: {type(trouble).__name__}: {trouble}") from None
                time.sleep(0.3)
            else:
                return

    def _take_trial(self) -> None:
        """Whoever is not sure whether the trial came through looks for the way to connect."""
        before = self.person.now()
        self.person.say("/start")
        _, found = self._button(lambda b: b.get("data") in (TRY, CONNECT), before)
        if found["data"] == TRY:
            self.person.press(TRY, after=before, within=PATIENCE_SECONDS)
            self._button(lambda b: b.get("data") == CONNECT, before)

    def _button(self, wanted: Callable[[Json], bool], after: int) -> tuple[Json, Json]:
        return self.person.button(wanted, after=after, within=PATIENCE_SECONDS)

    def _read_link(self) -> None:
        before = self.person.now()
        self.person.say("/menu")
        self.person.press(CONNECT, after=before, within=PATIENCE_SECONDS)
        _, found = self._button(lambda b: "/sub/" in str(b.get("copy_text", "")), before)
        self.subscription = str(found["copy_text"])
        if self.trial_end is None:
            self.trial_end = access_until(self.subscription)

    def _order(self) -> None:
        before = self.person.now()
        self.person.say("/menu")
        self.person.press(callback(Button.RENEW), after=before, within=PATIENCE_SECONDS)
        self.person.press(callback("pay"), after=before, within=PATIENCE_SECONDS)
        _, pay = self._button(lambda b: "/pay/" in str(b.get("url", "")), before)
        self.order = str(pay["url"])

    def _pay(self) -> None:
        """Money leaves the payer once: whoever is not sure looks before he pays again."""
        page = Browser().open(self.order)
        if self.provider == "yookassa":
            page.submit("/yookassa").submit("", action="pay")
        else:
            page.submit("/quickpay/confirm").submit("", action="pay")

    def _granted(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.trial_end is None or access_until(self.subscription) <= self.trial_end:
            if time.monotonic() > deadline:
                raise NotSeen("access is not longer yet")
            time.sleep(0.3)

    @property
    def order_id(self) -> str:
        return self.order.rsplit("/", 1)[-1]


def access_until(subscription: str) -> datetime:
    """From the header that client apps read; raises requests.RequestException."""
    answer = requests.get(subscription, timeout=10)
    answer.raise_for_status()
    told = answer.headers["subscription-userinfo"]
    fields = dict(part.strip().split("=") for part in told.split(";"))
    return datetime.fromtimestamp(int(fields["expire"]), UTC)


def links(subscription: str) -> list[str]:
    answer = requests.get(subscription, timeout=10)
    answer.raise_for_status()
    return base64.b64decode(answer.text).decode().splitlines()


def newcomers(layout: Layout, count: int) -> list[Buyer]:
    chat = layout.url("telegram")
    return [
        Buyer(
            Customer.join(chat, f"Покупатель {n}", "ru", f"buyer_{n}"),
            provider="yookassa" if n % 2 else "yoomoney",
        )
        for n in range(count)
    ]
