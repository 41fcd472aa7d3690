"""The transfers and their notifications together: money that arrives is told about."""

from common.clock import Clock
from sandbox.payments.delivery import Courier
from sandbox.payments.settings import YooMoneyWallet
from sandbox.payments.switches import SwitchBoard, Switches
from sandbox.payments.yoomoney.notifications import (
    event_of,
    parameters_of,
    signed,
    test_parameters,
)
from sandbox.payments.yoomoney.transfers import Operation, PaymentType, Transfers, net_amount


class Wallet:
    def __init__(
        self, settings: YooMoneyWallet, clock: Clock, courier: Courier, board: SwitchBoard
    ) -> None:
        self.settings = settings
        self.transfers = Transfers(clock)
        self._clock = clock
        self._courier = courier
        self._board = board

    def pay(self, request_id: str, withdrawn: int, payment_type: PaymentType) -> Operation | None:
        """None when there is nothing to pay: a second press of the button."""
        values = self._board.values
        operation = self.transfers.pay(
            request_id, withdrawn, payment_type, unaccepted=values.unaccepted
        )
        if operation is not None:
            self._tell(operation, wait=not values.redirect_first)
        return operation

    def receive(self, label: str, withdrawn: int, payment_type: PaymentType) -> Operation:
        """A real, rightly signed transfer of any sum with this label."""
        operation = self.transfers.receive(label, withdrawn, payment_type)
        self._tell(operation, wait=True)
        return operation

    def press_test_button(self) -> None:
        parameters = test_parameters(self._clock())
        told = signed(parameters, self.settings, self._board.values)
        self._courier.repeat(event_of(self.settings, told, kind="test"), 1, parallel=False)

    def forge(self, label: str, withdrawn: int, kind: str, times: int, *, parallel: bool) -> None:
        """A card payment that never was. `bad_sign`: signed with a guessed secret. `unsigned`: no
        sign at all. `tampered`: rightly signed for one rouble, then the sum was raised.
        """
        small = self._claim(label, 100)
        claim = self._claim(label, withdrawn)
        if kind == "tampered":
            told = {**claim, "sign": signed(small, self.settings, Switches())["sign"]}
        elif kind == "unsigned":
            told = claim
        else:
            told = signed(claim, self.settings, Switches(wrong_sign=True))
        event = event_of(self.settings, told, kind=kind)
        self._courier.repeat(event, times, parallel=parallel)

    def _claim(self, label: str, withdrawn: int) -> dict[str, str]:
        claimed = Operation(
            operation_id="762548246564417096",
            operation_label="2d72e745-0011-5000-a000-1c531b25ba94",
            label=label,
            payment_type="AC",
            withdrawn=withdrawn,
            amount=net_amount(withdrawn, "AC"),
            at=self._clock(),
        )
        return parameters_of(claimed)

    def _tell(self, operation: Operation, *, wait: bool = False) -> None:
        told = signed(parameters_of(operation), self.settings, self._board.values)
        self._courier.send(event_of(self.settings, told), wait=wait)
