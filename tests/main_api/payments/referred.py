"""An inviter and the invited at a till, and what is done with them."""

from dataclasses import dataclass
from datetime import datetime

from common.storage.protocol import Database
from main_api.deps import build
from main_api.payments.room import payments_room
from main_api.referrals.rewards import rewards
from main_api.referrals.store import Invited, ReferralStore
from models.codes import FactKind, NoticeKind
from models.notifies import Notice
from models.payments import PaymentFact
from models.referrals import Referrals
from tests.support.till import PRICE, Till, fact_of


@dataclass(frozen=True)
class Pair:
    """Anna invited Boris. Payments are called by a number: each has an order of its own."""

    till: Till
    anna: int
    boris: int
    name: str

    def order(self, number: int) -> str:
        key = f"{self.name}-{number}"
        return self.till.order(user_id=self.boris, request_key=key).payment_id

    def payment(self, number: int, order_id: str | None = None) -> PaymentFact:
        return fact_of(order_id or self.order(number), f"{self.name}-{number}")

    def pay(self, number: int = 1) -> str:
        return self.till.confirm(self.payment(number)).outcome

    def refund_of(self, number: int, *, kopecks: int = PRICE, part: int = 0) -> PaymentFact:
        return fact_of(
            "", f"back-{self.name}-{number}-{part}", kind=FactKind.REFUNDED,
            paid_kopecks=kopecks, payment_external_id=f"{self.name}-{number}",
        )  # fmt: skip

    def refund(self, number: int = 1, *, kopecks: int = PRICE, part: int = 0) -> str:
        return self.till.confirm(self.refund_of(number, kopecks=kopecks, part=part)).outcome

    def end(self) -> datetime | None:
        """Of the inviter's access."""
        return self.till.record(self.anna).expires_at

    def seen(self) -> Referrals:
        return self.till.bot.referrals(self.anna)

    def row(self) -> Invited:
        row = ReferralStore(self.till.deps.db).find(self.boris)
        assert row is not None
        return row

    def told(self, kind: NoticeKind) -> list[Notice]:
        """The inviter, and about this pair."""
        return [it for it in self.till.said(kind) if it.key == f"{kind}:{self.boris}"]


def a_pair(till: Till, number: int = 0) -> Pair:
    """People that no other pair of this till knows."""
    anna = till.register(10_000 + 2 * number).user_id
    payload = till.bot.referrals(anna).link.partition("start=")[2]
    boris = till.register(10_001 + 2 * number, referral_payload=payload).user_id
    return Pair(till, anna, boris, f"pair-{number}")


def work(till: Till, database: Database | None = None) -> None:
    """What the job does once, in a process of its own if it has its own database."""
    deps = till.deps
    if database is not None:
        deps = build(till.settings, clock=till.clock, db=database, session_of=till.session)
    rewards(deps).tick()


def confirm_through(till: Till, database: Database, fact: PaymentFact) -> str:
    """As another process of main_api takes the fact."""
    deps = build(till.settings, clock=till.clock, db=database, session_of=till.session)
    return payments_room(deps).settlement.confirm(fact).outcome
