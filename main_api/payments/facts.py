"""What providers said, in `main.payment_facts`: kept for ever, each decided once, told once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.storage.protocol import ASCENDING, Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import PAYMENT_FACTS
from models.codes import ConfirmOutcome, FactKind, NoticeKind
from models.payments import PaymentFact


@dataclass(frozen=True, slots=True)
class Decision:
    """What a fact came to, whom it concerns, and what they are still to be told.

    `grant_key` is the key under which access was added. `notice` goes to the customer with
    `params`, `alert` to the owner.
    """

    outcome: ConfirmOutcome
    user_id: int = 0
    grant_key: str = ""
    notice: NoticeKind | None = None
    params: dict[str, str | int] = field(default_factory=dict)
    alert: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """`decision` is None while nobody has finished acting on the fact."""

    fact_id: str
    fact: PaymentFact
    decision: Decision | None


def fact_id(provider: str, kind: str, external_id: str) -> str:
    return f"{provider}:{kind}:{external_id}"


class FactStore:
    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, fact: PaymentFact, now: datetime) -> Stored:
        """Durably, once; the same fact again gives what is stored of the first."""
        key = fact_id(fact.provider, fact.kind, fact.external_id)
        fields = fact.model_dump() | {"kind": str(fact.kind), "provider": str(fact.provider)}
        undecided = {"outcome": None, "taken_at": now, "told": True, "tell_at": now}
        try:
            self._db[PAYMENT_FACTS].insert_one({"_id": key, **fields, **undecided})
        except DuplicateKeyError:
            self._complete(key, fact)
        return self.get(key)

    def _complete(self, key: str, fact: PaymentFact) -> None:
        """The wallet's history tells no gross sum; its notification does, and may come later."""
        if fact.paid_kopecks is not None:
            self._db[PAYMENT_FACTS].update_one(
                {"_id": key, "paid_kopecks": None},
                {"$set": {"paid_kopecks": fact.paid_kopecks, "outcome": None, "told": True}},
            )

    def find(self, key: str) -> Stored | None:
        document = self._db[PAYMENT_FACTS].find_one({"_id": key})
        return _stored(document) if document else None

    def get(self, key: str) -> Stored:
        """Of a fact that was taken: none is ever removed."""
        stored = self.find(key)
        assert stored is not None
        return stored

    def refunded_kopecks(self, fact: PaymentFact, payment_id: str) -> int:
        """Of one payment, by all refunds known so far."""
        found = self._db[PAYMENT_FACTS].find(
            {"payment_external_id": payment_id, "provider": str(fact.provider)}, ["paid_kopecks"]
        )
        return sum(document["paid_kopecks"] or 0 for document in found)

    def decide(self, stored: Stored, decision: Decision, now: datetime) -> bool:
        """Whether this call was the one to do it; from then on it is only to be told.

        Not when the fact has been completed since it was read: then it is to be decided anew.
        """
        to_tell = bool(decision.notice or decision.alert)
        changed = self._db[PAYMENT_FACTS].update_one(
            {
                "_id": stored.fact_id,
                "outcome": None,
                "paid_kopecks": stored.fact.paid_kopecks,
            },
            {
                "$set": {
                    "outcome": str(decision.outcome),
                    "user_id": decision.user_id,
                    "grant_key": decision.grant_key,
                    "notice": str(decision.notice) if decision.notice else "",
                    "params": decision.params,
                    "alert": decision.alert,
                    "decided_at": now,
                    "told": not to_tell,
                    "tell_at": now,
                }
            },
        )
        return changed.modified_count == 1

    def told(self, key: str) -> None:
        self._db[PAYMENT_FACTS].update_one({"_id": key}, {"$set": {"told": True}})

    def tell_later(self, key: str, at: datetime) -> None:
        self._db[PAYMENT_FACTS].update_one({"_id": key}, {"$set": {"tell_at": at}})

    def undecided(self, before: datetime, limit: int) -> list[Stored]:
        where = {"outcome": None, "taken_at": {"$lte": before}}
        return self._some(where, "taken_at", limit)

    def untold(self, before: datetime, limit: int) -> list[Stored]:
        return self._some({"told": False, "tell_at": {"$lte": before}}, "tell_at", limit)

    def _some(self, where: Document, by: str, limit: int) -> list[Stored]:
        found = self._db[PAYMENT_FACTS].find(where, sort=[(by, ASCENDING)], limit=limit)
        return [_stored(document) for document in found]


def _stored(document: Document) -> Stored:
    names = PaymentFact.model_fields
    fact = PaymentFact.model_validate({name: document[name] for name in names})
    return Stored(document["_id"], fact, _decision(document))


def _decision(document: Document) -> Decision | None:
    if document["outcome"] is None:
        return None
    notice: Any = document["notice"]
    return Decision(
        outcome=ConfirmOutcome(document["outcome"]),
        user_id=document["user_id"],
        grant_key=document["grant_key"],
        notice=NoticeKind(notice) if notice else None,
        params=document["params"],
        alert=document["alert"],
    )


def second_key(order_id: str, digest: str) -> str:
    """Under which a further payment of the same order adds time."""
    return f"{order_id}-{digest[:8]}"


def payment_of(fact: PaymentFact) -> str:
    """The id of the fact by which the payment that this refund undoes was told."""
    return fact_id(fact.provider, FactKind.SUCCEEDED, fact.payment_external_id or "")
