"""A wallet's incoming transfers: what payers began, and what arrived net of the fee."""

import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from common.clock import Clock

PaymentType = Literal["PC", "AC"]
PAYER_WALLET = "41001000040"


@dataclass(frozen=True)
class Operation:
    """Money that arrived: `withdrawn` left the payer, `amount` reached the wallet (kopecks)."""

    operation_id: str
    operation_label: str
    label: str
    payment_type: PaymentType
    withdrawn: int
    amount: int
    at: datetime
    unaccepted: bool = False

    @property
    def sender(self) -> str:
        """Blank for cards."""
        return PAYER_WALLET if self.payment_type == "PC" else ""


@dataclass(frozen=True)
class TransferRequest:
    """A submitted quickpay form: a payer who may or may not pay, and any sum he likes."""

    request_id: str
    label: str
    asked: int
    payment_type: PaymentType
    success_url: str
    at: datetime
    operation_id: str = ""


def net_amount(withdrawn: int, payment_type: PaymentType) -> int:
    """What reaches the wallet: less 1 % (PC, of the net) or 3 % (AC, of the gross), floored."""
    return withdrawn * 100 // 101 if payment_type == "PC" else withdrawn * 97 // 100


class Transfers:
    """Every method is atomic; none of them sends anything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests: dict[str, TransferRequest] = {}
        self._operations: dict[str, Operation] = {}

    def begin(
        self, *, label: str, asked: int, payment_type: PaymentType, success_url: str
    ) -> TransferRequest:
        begun = TransferRequest(
            secrets.token_hex(16), label, asked, payment_type, success_url, self._clock()
        )
        with self._lock:
            self._requests[begun.request_id] = begun
        return begun

    def find(self, request_id: str) -> TransferRequest | None:
        return self._requests.get(request_id)

    def of_label(self, label: str) -> TransferRequest | None:
        """The newest request with this label."""
        return next((it for it in self.requests() if it.label == label), None)

    def pay(
        self, request_id: str, withdrawn: int, payment_type: PaymentType, *, unaccepted: bool
    ) -> Operation | None:
        """None when this request is paid already, or unknown."""
        with self._lock:
            begun = self._requests.get(request_id)
            if begun is None or begun.operation_id:
                return None
            operation = self._arrive(begun.label, withdrawn, payment_type, unaccepted=unaccepted)
            self._requests[request_id] = replace(begun, operation_id=operation.operation_id)
            return operation

    def receive(self, label: str, withdrawn: int, payment_type: PaymentType) -> Operation:
        """A transfer that came without a form of ours."""
        with self._lock:
            return self._arrive(label, withdrawn, payment_type, unaccepted=False)

    def requests(self) -> list[TransferRequest]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._requests.values()))

    def operations(self) -> list[Operation]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._operations.values()))

    def operation(self, operation_id: str) -> Operation | None:
        return self._operations.get(operation_id)

    def balance(self) -> int:
        return sum(it.amount for it in self.operations() if not it.unaccepted)

    def _arrive(
        self, label: str, withdrawn: int, payment_type: PaymentType, *, unaccepted: bool
    ) -> Operation:
        operation = Operation(
            operation_id=str(10**17 + secrets.randbelow(9 * 10**17)),
            operation_label=f"{secrets.token_hex(4)}-0011-5000-a000-{secrets.token_hex(6)}",
            label=label,
            payment_type=payment_type,
            withdrawn=withdrawn,
            amount=net_amount(withdrawn, payment_type),
            at=self._clock(),
            unaccepted=unaccepted,
        )
        self._operations[operation.operation_id] = operation
        return operation
