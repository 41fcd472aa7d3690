"""Who is cleaned away and who is not, seen one by one; and the records that grow old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from main_api.cleanup import command
from main_api.cleanup.candidates import Candidates, Stays
from main_api.mongo_api.collections import DEPARTED, ORDERS, PAYMENT_FACTS, USERS
from main_api.users.record import UserRecord
from models.codes import NoticeKind
from tests.support.cleaning import KINDS, clean, is_there, put
from tests.support.crowd import Kind, everything
from tests.support.till import Till, fact_of

DAY = timedelta(days=1)


@pytest.mark.parametrize("name", KINDS)
def test_only_who_is_long_away_and_owes_and_awaits_nothing_goes(till: Till, name: str) -> None:
    user = put(till, KINDS[name])

    assert clean(till) == 0

    assert is_there(till, user) is not KINDS[name].goes
    assert is_there(till, till.record(till.user_id))


@pytest.mark.parametrize(
    ("now", "ended", "goes"),
    [
        # half a year by the calendar, whatever its months are long
        (datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2026, 9, 1, 12, tzinfo=UTC), False),
        (datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2026, 9, 1, 11, 59, tzinfo=UTC), True),
        (datetime(2027, 8, 31, 12, tzinfo=UTC), datetime(2027, 2, 28, 12, tzinfo=UTC), False),
        (datetime(2027, 8, 31, 12, tzinfo=UTC), datetime(2027, 2, 28, 11, tzinfo=UTC), True),
    ],
)
def test_half_a_year_is_six_months_of_the_calendar(
    till: Till, now: datetime, ended: datetime, *, goes: bool
) -> None:
    user = put(till, Kind({"created_at": ended - DAY, "expires_at": ended, "revision": 1}))
    till.clock.now = now

    clean(till)

    assert is_there(till, user) is not goes


def test_who_renews_between_the_list_and_the_removal_stays(till: Till) -> None:
    user = put(till, KINDS["away"])
    candidates = Candidates.at(till.deps.db, till.clock(), 6)
    renewed: list[object] = []

    def renew_then_check(seen: UserRecord) -> None:
        candidates.check(seen)
        if not renewed:
            renewed.append(till.grant(user.user_id, "in-between", months=1))

    with pytest.raises(Stays) as stays:
        till.deps.removal.part(user.user_id, renew_then_check)

    assert stays.value.code == "recent"
    assert till.record(user.user_id).username == user.username
    assert till.finland.holds(user.user_id) is not None


def test_who_orders_and_pays_between_two_runs_stays(till: Till) -> None:
    user = put(till, KINDS["away"])
    till.user_id = user.user_id
    order = till.order()
    assert clean(till) == 0
    assert is_there(till, user)

    assert till.pay(order.payment_id, "op-new") == "granted"
    till.clock.advance(days=25)
    assert clean(till) == 0

    assert till.record(user.user_id).active_at(till.clock())


def test_late_money_for_somebody_who_was_cleaned_away_reaches_the_owner(till: Till) -> None:
    user = put(till, KINDS["never paid the page"])
    assert clean(till) == 0

    assert till.confirm(fact_of(f"order-{user.user_id}", "op-late")).outcome == "ignored"

    (alert,) = till.said(NoticeKind.OWNER_ALERT)
    assert "gone" in str(alert.params["text"])


def test_financial_records_stay_for_five_years_and_then_go(till: Till) -> None:
    user = put(till, KINDS["away"])
    put(till, KINDS["has access"], 501)
    till.deps.db[USERS].update_one(
        {"_id": 501}, {"$set": {"expires_at": till.clock() + 6000 * DAY}}
    )
    clean(till)
    till.clock.now = till.clock.now.replace(year=2031, month=1)
    assert clean(till) == 0
    assert till.deps.db[ORDERS].count_documents({"user_id": user.user_id}) == 1

    till.clock.now = till.clock.now.replace(month=2)
    before = everything(till.deps.db)
    assert command.run(till.deps, dry_run=True, months=6, patience=0) == 0
    assert everything(till.deps.db) == before
    assert clean(till) == 0

    assert [it["user_id"] for it in till.deps.db[ORDERS].find({})] == [501]
    assert [it["user_id"] for it in till.deps.db[PAYMENT_FACTS].find({})] == [501]


def test_old_facts_that_are_not_settled_or_not_told_are_never_removed(till: Till) -> None:
    kind = replace(KINDS["away"], fact={"told": False})
    put(till, kind)
    clean(till)
    stray = fact_of("nobody-ordered-this", "op-stray")
    till.confirm(stray)
    till.said(NoticeKind.OWNER_ALERT)
    till.clock.now = till.clock.now.replace(year=2033)

    clean(till)

    assert [it["_id"] for it in till.deps.db[PAYMENT_FACTS].find({})] == [
        "yoomoney:succeeded:op-500"
    ]
    assert till.deps.db[ORDERS].count_documents({}) == 1


def test_what_is_remembered_of_who_left_is_forgotten_after_a_year_but_a_ban(till: Till) -> None:
    till.deps.removal.remove(till.user_id)
    banned = put(till, KINDS["banned"])
    till.deps.removal.remove(banned.user_id)
    till.clock.advance(days=360)
    clean(till)
    assert till.deps.db[DEPARTED].count_documents({}) == 2

    till.clock.advance(days=10)
    clean(till)
    assert [it["banned"] for it in till.deps.db[DEPARTED].find({})] == [True]

    till.clock.advance(days=5 * 366)
    clean(till)
    assert till.deps.db[DEPARTED].count_documents({}) == 0
