"""What goes on meanwhile: people come, buy, renew; the access of some ends within seconds."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from common.clock import milliseconds, system_clock
from common.errors import Unavailable
from common.service_client import ServiceClient
from models.paper import PaperUpdateRequest, PaperUser
from sandbox.chaos.buyers import Buyer

BUY_SECONDS = 90.0
ENDS_IN_SECONDS = (1.0, 8.0)
PAUSE_SECONDS = (0.2, 1.5)


@dataclass
class Shopping:
    """A few of the people, one act after the other. `done` counts the acts, `complaints` tell of
    purchases that did not come through.
    """

    newcomers: list[Buyer]
    main: ServiceClient
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    _known: list[Buyer] = field(default_factory=list)

    def run(self, over: threading.Event) -> None:
        while not over.wait(self.dice.uniform(*PAUSE_SECONDS)):
            self._next()()

    def _next(self) -> Callable[[], None]:
        acts = [self._renew, self._end] if self._known else []
        if self.newcomers:
            acts += [self._come, self._come]
        return self.dice.choice(acts)

    def _come(self) -> None:
        buyer = self.newcomers.pop()
        buyer.buy(time.monotonic() + BUY_SECONDS)
        self._note("bought", buyer)
        if not buyer.complaint:
            self._known.append(buyer)

    def _renew(self) -> None:
        buyer = self.dice.choice(self._known)
        buyer.renew(time.monotonic() + BUY_SECONDS)
        self._note("renewed", buyer)

    def _note(self, act: str, buyer: Buyer) -> None:
        self.done[act] += 1
        if buyer.complaint:
            self.complaints.append(f"{act}: {buyer.complaint}")

    def _end(self) -> None:
        """As an operator does by P's route: his access ends in some seconds."""
        ends = system_clock() + timedelta(seconds=self.dice.uniform(*ENDS_IN_SECONDS))
        who = self.dice.choice(self._known).person.user_id
        wish = PaperUpdateRequest(tg_id=who, subdate=milliseconds(ends))
        try:
            self.main.post("/updateUser", wish, PaperUser)
        except Unavailable as trouble:
            self.complaints.append(f"ended: {trouble}")
        self.done["ended"] += 1
