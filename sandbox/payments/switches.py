"""Faults that can be switched on: how events are delivered, and what the APIs answer."""

import threading
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Provider = Literal["yookassa", "yoomoney"]


class Switches(BaseModel):
    """How events go out from now on; the defaults are a provider on a good day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    drop: int = Field(default=0, ge=-1)
    """This many of the next events are never sent; -1 = all of them."""
    duplicate: int = Field(default=0, ge=0, le=100)
    """Copies sent one after the other once the event was taken or given up."""
    parallel: int = Field(default=1, ge=1, le=100)
    """How many copies leave at the same moment."""
    delay: float = Field(default=0.0, ge=0.0)
    """Real seconds before the first try."""
    before_answer: bool = False
    """The first try ends before the API call that caused the event is answered; a new YooKassa
    payment is then paid at once, so that its event overtakes the answer which tells its id."""
    redirect_first: bool = True
    """The payer is sent back before the event leaves; False: after its first try."""
    canceled_after_succeeded: bool = False
    """Each YooKassa `payment.succeeded` is followed by a stale `payment.canceled`."""
    forwarded_for: str = Field(default="", pattern=r"^[0-9a-fA-F:., ]*$")
    """Sent as X-Forwarded-For with every event when not empty."""
    recurring_decline: str = ""
    """A cancellation reason for payments by a saved method; empty: they succeed."""
    wrong_sign: bool = False
    """YooMoney signs with a secret that is not the shop's."""
    unaccepted: bool = False
    """YooMoney says the money is frozen."""
    legacy_sha1: bool = False
    """YooMoney also sends `sha1_hash`, as it did until 2026-05-18."""


class ApiFault(BaseModel):
    """What the next `calls` calls of one provider's API meet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Provider
    mode: Literal["500", "502", "429", "202", "hang"]
    calls: int = Field(default=1, ge=1)
    processed: bool = False
    """True: the call takes effect and only its answer is lost."""
    seconds: float = Field(default=30.0, gt=0.0, le=600.0)
    """How long a hanging call is held before its answer."""
    method: Literal["", "GET", "POST"] = ""


class SwitchBoard:
    """The switches in force; safe to use from every thread."""

    def __init__(self, initial: Switches) -> None:
        self._initial = initial
        self._values = initial
        self._faults: list[ApiFault] = []
        self._lock = threading.Lock()

    @property
    def values(self) -> Switches:
        return self._values

    @property
    def faults(self) -> list[ApiFault]:
        with self._lock:
            return list(self._faults)

    def change(self, changes: dict[str, Any]) -> Switches:
        """Raises pydantic's ValidationError for unknown names and bad values."""
        with self._lock:
            self._values = Switches.model_validate({**self._values.model_dump(), **changes})
            return self._values

    def reset(self) -> Switches:
        with self._lock:
            self._values = self._initial
            self._faults.clear()
            return self._values

    def add_fault(self, fault: ApiFault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take_drop(self) -> bool:
        """Whether the event at hand is to be dropped; counts it."""
        with self._lock:
            left = self._values.drop
            if left > 0:
                self._values = self._values.model_copy(update={"drop": left - 1})
            return left != 0

    def take_fault(self, provider: Provider, method: str) -> ApiFault | None:
        """The fault this call meets, counted down; None on a good day."""
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.provider == provider and fault.method in {"", method}:
                    self._use_up(place, fault)
                    return fault
        return None

    def _use_up(self, place: int, fault: ApiFault) -> None:
        if fault.calls > 1:
            self._faults[place] = fault.model_copy(update={"calls": fault.calls - 1})
        else:
            del self._faults[place]
