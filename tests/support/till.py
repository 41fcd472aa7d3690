"""A shop with a till: a customer who orders, and a payments_webhook that confirms."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typing_extensions import override

from common.clients.main_api import MainApi
from common.storage.protocol import Database, Document
from main_api.deps import Deps
from main_api.payments.room import payments_room
from models.codes import FactKind, NoticeKind, ProviderName
from models.notifies import Notice
from models.payments import Confirmed, CreatePaymentRequest, PaymentCreated, PaymentFact
from tests.support.fake_payments import FakePayments
from tests.support.shop import BOT_KEY, OPERATOR_KEY, Shop

OWNER = 777
PAYMENTS_CALLER_KEY = "payments-caller-" + "k" * 32
PAYMENTS_KEY = "payments-key-" + "k" * 32
PRICE = 199_00


class Till(Shop):
    """`payments` is a fake; what confirms facts is its counterpart's signed client."""

    def __init__(self, folder: Path, *, db: Database | None = None, **changed: Any) -> None:
        keys = {
            "operator": [OPERATOR_KEY],
            "tg_bot": [BOT_KEY],
            "payments_webhook": [PAYMENTS_CALLER_KEY],
        }
        known = {"caller_keys": keys, "owner_telegram_id": OWNER}
        super().__init__(folder, db=db, **(known | changed))
        self.user_id = self.register(username="anna").user_id

    @override
    def start(self, db: Database | None = None) -> Deps:
        if "http://payments.test" not in self.adapters:
            self.payments = FakePayments(self.clock, PAYMENTS_KEY)
            self.adapters["http://payments.test"] = self.payments.wire
        return super().start(db)

    def order(self, tariff_id: str = "m1", **given: Any) -> PaymentCreated:
        wish = {"user_id": self.user_id, "tariff_id": tariff_id, **given}
        return self.bot.create_payment(CreatePaymentRequest.model_validate(wish))

    def confirm(self, fact: PaymentFact) -> Confirmed:
        return MainApi(self.client("payments_webhook", PAYMENTS_CALLER_KEY)).confirm(fact)

    def pay(self, order_id: str, external_id: str = "op-1", **changed: Any) -> str:
        return self.confirm(fact_of(order_id, external_id, **changed)).outcome

    def status(self, order_id: str) -> str:
        return self.bot.payment(order_id).status

    def end(self) -> datetime | None:
        return self.record(self.user_id).expires_at

    def stored_fact(self, fact_id: str) -> Document:
        document = self.deps.db["payment_facts"].find_one({"_id": fact_id})
        assert document is not None
        return document

    def said(self, kind: NoticeKind) -> list[Notice]:
        """What notify_service was given, once everything that is under way has been said."""
        for _ in range(200):
            if not self.deps.db["payment_facts"].count_documents({"told": False}):
                break
            time.sleep(0.01)  # the messages leave from threads of their own
        return [notice for notice in self.notify.notices.values() if notice.kind is kind]

    @override
    def close(self) -> None:
        """Without closing the database: a message's thread may be in the midst of a commit."""
        self.deps.vpn.healing.finish()
        self.deps.vpn.servers.close()

    def sweep(self) -> None:
        """The job, some time later."""
        self.clock.advance(seconds=30)
        payments_room(self.deps).settlement.sweep()


def fact_of(order_id: str, external_id: str = "op-1", **changed: Any) -> PaymentFact:
    values: dict[str, Any] = {
        "kind": FactKind.SUCCEEDED,
        "provider": ProviderName.YOOMONEY,
        "external_id": external_id,
        "order_id": order_id,
        "paid_kopecks": PRICE,
        "currency": "RUB",
        "occurred_at": datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    }
    return PaymentFact.model_validate(values | changed)
