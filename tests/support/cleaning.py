"""A till with people who have long been away, and its cleanup."""

from dataclasses import replace
from datetime import UTC, datetime

from main_api.cleanup import command
from main_api.mongo_api.collections import ORDERS, PAYMENT_FACTS, USERS
from main_api.users.record import UserRecord
from tests.support.crowd import Kind, Somebody, a_fact, a_user, an_order, kinds
from tests.support.till import Till

KINDS = kinds(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
"""At the moment when a test's clock begins."""


def put(till: Till, kind: Kind, number: int = 500) -> UserRecord:
    one = Somebody(replace(a_user(number, till.clock()), **kind.fields), kind)
    till.deps.db[USERS].insert_one(one.record.document())
    if kind.order is not None:
        till.deps.db[ORDERS].insert_one(an_order(one, till.clock()))
    if kind.fact is not None:
        till.deps.db[PAYMENT_FACTS].insert_one(a_fact(one, till.clock()))
    return one.record


def clean(till: Till, months: int = 6) -> int:
    return command.run(till.deps, dry_run=False, months=months, patience=5)


def is_there(till: Till, user: UserRecord) -> bool:
    return till.deps.db[USERS].find_one({"_id": user.user_id}) is not None
