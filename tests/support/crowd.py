"""A mixed crowd in main_api's database, put there through the stores, and who of it must remain."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import ORDERS, PAYMENT_FACTS, USERS
from main_api.users.record import UserRecord
from models.servers import ServerUser
from tests.support.fake_country import FakeCountry

FIRST_TG_ID = 7_000_000_000
DAY = timedelta(days=1)
LONG_AGO, LATELY = 250 * DAY, 100 * DAY
Fields = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """`fields` of a user at a moment; `order` and `fact` are what differs in theirs, if any."""

    fields: Fields
    order: Fields | None = None
    fact: Fields | None = None
    goes: bool = False


def kinds(now: datetime) -> dict[str, Kind]:
    """Who goes and who stays, written down here without asking the code under test."""
    old = {"created_at": now - 400 * DAY}
    expired = old | {"expires_at": now - LONG_AGO, "revision": 3, "ever_paid": True}
    bought = {"created_at": now - 300 * DAY, "paid_at": now - 300 * DAY, "status": "granted"}
    unpaid = {"paid_at": None, "paid_by": "", "granted_at": None}
    opened = {"expires_at": now - 3 * DAY, "status": "pending"}
    young = unpaid | opened | {"created_at": now - 3 * DAY}
    return {
        "away": Kind(expired, bought, {}, goes=True),
        "trial long ago": Kind(
            old | {"expires_at": now - LONG_AGO, "trial_taken_at": now - LONG_AGO, "revision": 1},
            goes=True,
        ),
        "never had any": Kind(old, goes=True),
        "never paid the page": Kind(
            expired,
            unpaid | {"created_at": now - 200 * DAY, "status": "canceled"},
            goes=True,
        ),
        "has access": Kind(expired | {"expires_at": now + LATELY}, bought, {}),
        "has a minute": Kind(expired | {"expires_at": now + timedelta(minutes=1)}),
        "ended lately": Kind(expired | {"expires_at": now - LATELY}, bought, {}),
        "new and curious": Kind({"created_at": now - LATELY}),
        "banned": Kind(expired | {"banned": True}),
        "is just ordering": Kind(expired, young),
        "tries an old order again": Kind(expired, unpaid | opened),
        "paid too little": Kind(expired, unpaid | {"status": "underpaid"}),
        "paid, not granted": Kind(expired, {"status": "paid", "granted_at": None}),
        "money undecided": Kind(expired, unpaid | {"status": "pending"}, {"outcome": None}),
        "lately revoked": Kind(expired | {"access_changed_at": now - DAY}),
    }


@dataclass(frozen=True)
class Somebody:
    record: UserRecord
    kind: Kind


class Crowd:
    """`size` people, the kinds in turn."""

    def __init__(self, now: datetime, size: int) -> None:
        self._now = now
        self._kinds = list(kinds(now).values())
        self.people = [self._somebody(number) for number in range(1, size + 1)]

    def _somebody(self, number: int) -> Somebody:
        kind = self._kinds[number % len(self._kinds)]
        return Somebody(replace(a_user(number, self._now), **kind.fields), kind)

    @property
    def going(self) -> list[UserRecord]:
        return [one.record for one in self.people if one.kind.goes]

    @property
    def staying(self) -> list[UserRecord]:
        return [one.record for one in self.people if not one.kind.goes]

    def settle(self, db: Database, countries: list[FakeCountry]) -> None:
        db[USERS].insert_many(one.record.document() for one in self.people)
        db[ORDERS].insert_many(
            an_order(one, self._now) for one in self.people if one.kind.order is not None
        )
        db[PAYMENT_FACTS].insert_many(
            a_fact(one, self._now) for one in self.people if one.kind.fact is not None
        )
        for country in countries:
            told = (one.record for one in self.people if one.record.revision)
            country.users |= {f"u{user.user_id}": on_server(user) for user in told}


def a_user(number: int, now: datetime) -> UserRecord:
    secret = hashlib.sha256(str(number).encode()).hexdigest()
    return UserRecord(
        user_id=number, tg_id=FIRST_TG_ID + number, username=f"Canary_{number:06d}",
        username_lower=f"canary_{number:06d}", first_name="Канарейка", last_name="Птицына",
        language="ru", created_at=now, expires_at=None, has_trial=False, trial_taken_at=None,
        ever_paid=False, blocked=False, banned=False, deleting=False,
        referral_payload="ref_canary", access_secret=secret, sub_token=f"canary-token-{number:06d}",
        revision=0, pending=[], applied=[], added={}, notice_pending=False,
    )  # fmt: skip


def on_server(user: UserRecord) -> ServerUser:
    digits = f"{user.user_id:012x}"
    assert user.expires_at is not None
    return ServerUser(
        key=f"u{user.user_id}", core_id=f"00000000-0000-4000-8000-{digits}",
        expires_at=user.expires_at, revision=user.revision, active=True,
    )  # fmt: skip


def an_order(one: Somebody, now: datetime) -> Document:
    number = one.record.user_id
    made = now - 300 * DAY
    document = {
        "_id": f"order-{number}", "request": f"order-{number}", "user_id": number,
        "tariff_id": "m1", "description": "Keyland: 1 month", "months": 1, "duration_days": 30,
        "amount_kopecks": 19900, "currency": "RUB", "language": "ru", "status": "granted",
        "created_at": made, "expires_at": made, "pay_url": f"https://pay.test/pay/order-{number}",
        "paid_by": f"yoomoney:succeeded:op-{number}", "paid_at": made, "granted_at": made,
    }  # fmt: skip
    return document | (one.kind.order or {})


def a_fact(one: Somebody, now: datetime) -> Document:
    number = one.record.user_id
    made = now - 300 * DAY
    document = {
        "_id": f"yoomoney:succeeded:op-{number}", "kind": "succeeded", "provider": "yoomoney",
        "external_id": f"op-{number}", "order_id": f"order-{number}", "paid_kopecks": 19900,
        "received_kopecks": 19303, "currency": "RUB", "payment_external_id": None,
        "reason": None, "occurred_at": made, "taken_at": made, "outcome": "granted",
        "user_id": number, "grant_key": f"order-{number}", "notice": "", "params": {},
        "alert": "", "decided_at": made, "told": True, "tell_at": made,
    }  # fmt: skip
    return document | (one.kind.fact or {})


COLLECTIONS = (USERS, ORDERS, PAYMENT_FACTS, "audit", "departed", "secrets", "counters", "servers")


def everything(db: Database) -> dict[str, dict[Any, Document]]:
    """All documents of all collections, to be compared."""
    return {name: dict(_documents(db, name)) for name in COLLECTIONS}


def _documents(db: Database, name: str) -> Iterator[tuple[Any, Document]]:
    for document in db[name].find({}):
        yield document["_id"], document
