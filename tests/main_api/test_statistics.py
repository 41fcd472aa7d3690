"""The shop's numbers: people of this moment, sales by the days of the shop's time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.settings import BadSettings, load
from common.storage.embedded.database import EmbeddedDatabase
from common.storage.embedded.planner import plan
from main_api.settings import MainSettings
from main_api.statistics.days import day_of, last_days, start_of
from main_api.statistics.sales import moved_since
from models.admin import AddTime, Ban, DayOfSales, Statistics
from models.codes import FactKind
from models.users import UserChange
from tests.support.till import PRICE, Till

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PEOPLE = (
    "users", "active", "trials", "paying", "blocked", "banned", "took_trial", "paid_ever",
    "expiring_in_day", "expiring_in_three_days",
)  # fmt: skip


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    yield till
    till.close()


def people(till: Till) -> dict[str, int]:
    numbers = till.bot.statistics().model_dump(include=set(PEOPLE))
    return {name: number for name, number in numbers.items() if number}


def revenue(told: Statistics) -> tuple[int, int, int]:
    return told.revenue_today_kopecks, told.revenue_week_kopecks, told.revenue_month_kopecks


def by_day(told: Statistics) -> dict[date, tuple[int, int]]:
    return {it.day: (it.kopecks, it.payments) for it in told.days if it.kopecks or it.payments}


def paid(till: Till, name: str, at: datetime = NOW, **changed: Any) -> str:
    """An order that is paid at that moment; its id."""
    order_id = till.order(request_key=name.replace(" ", "-")).payment_id
    till.pay(order_id, name, occurred_at=at, **changed)
    return order_id


def refund(till: Till, order_id: str, name: str, kopecks: int, at: datetime = NOW) -> None:
    till.pay(
        order_id,
        f"back-{name}-{kopecks}",
        kind=FactKind.REFUNDED,
        paid_kopecks=kopecks,
        payment_external_id=name,
        occurred_at=at,
    )


def test_an_empty_shop_is_all_zeros_and_has_31_days_up_to_today(till: Till) -> None:
    till.deps.removal.remove(till.user_id)
    told = till.bot.statistics()

    assert people(till) == {}
    assert revenue(told) == (0, 0, 0)
    assert told.at == NOW
    days = [it.day for it in told.days]
    assert (len(days), days[0], days[-1]) == (31, date(2026, 10, 22), date(2026, 11, 21))
    assert days == sorted(days)
    assert [state.country for state in told.servers] == ["finland", "germany"]


def test_people_are_counted_by_how_they_have_access(till: Till) -> None:
    def somebody(number: int) -> int:
        return till.register(number).user_id

    trial, trial_then_paid, given, ended = (somebody(number) for number in range(1, 5))
    for user_id in (trial, trial_then_paid, ended):
        till.bot.take_trial(user_id)
    till.bot.revoke(ended, AddTime(admin_id=7, key="r", days=1))
    till.user_id = trial_then_paid
    paid(till, "a")
    till.bot.add_time(given, AddTime(admin_id=7, key="g", days=1))
    blocked = somebody(5)
    till.bot.change_user(blocked, UserChange(blocked=True))
    banned = somebody(6)
    till.bot.take_trial(banned)
    till.bot.ban(banned, Ban(admin_id=7, key="b", banned=True))
    gone = somebody(7)
    till.bot.take_trial(gone)
    till.deps.removal.remove(gone)

    assert people(till) == {
        "users": 7,
        "active": 3,
        "trials": 1,
        "paying": 1,
        "blocked": 1,
        "banned": 1,
        "took_trial": 4,
        "paid_ever": 1,
        "expiring_in_day": 1,
        "expiring_in_three_days": 2,
    }


def test_who_paid_without_a_trial_is_no_success_of_the_trial(till: Till) -> None:
    paid(till, "a")

    assert people(till) == {"users": 1, "active": 1, "paying": 1}


def test_new_users_stand_in_the_day_they_came_in_the_shops_zone(till: Till) -> None:
    till.clock.now = datetime(2026, 11, 21, 20, 59, tzinfo=UTC)  # 23:59 in Moscow
    till.register(1)
    till.clock.advance(minutes=1)
    till.register(2)

    told = till.bot.statistics()
    assert [it.new_users for it in told.days[-2:]] == [2, 1]
    assert told.days[-1].day == date(2026, 11, 22)


def test_a_payment_counts_on_the_day_it_was_made_and_in_the_last_7_and_30_days(till: Till) -> None:
    paid(till, "today", NOW)
    paid(till, "six days ago", datetime(2026, 11, 14, 21, 0, tzinfo=UTC))  # 15 November in Moscow
    paid(till, "seven days ago", datetime(2026, 11, 14, 20, 59, tzinfo=UTC))
    paid(till, "29 days ago", datetime(2026, 10, 22, 21, 0, tzinfo=UTC))
    paid(till, "30 days ago", datetime(2026, 10, 22, 20, 59, tzinfo=UTC))
    paid(till, "31 days ago", datetime(2026, 10, 21, 20, 59, tzinfo=UTC))

    told = till.bot.statistics()
    assert revenue(told) == (PRICE, 2 * PRICE, 4 * PRICE)
    assert by_day(told) == {date(2026, 11, day): (PRICE, 1) for day in (14, 15, 21)} | {
        date(2026, 10, day): (PRICE, 1) for day in (22, 23)
    }


def test_what_was_refunded_goes_off_the_day_it_went_back_be_it_all_or_a_part(till: Till) -> None:
    yesterday = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    first, second = paid(till, "one", yesterday), paid(till, "two", yesterday)
    refund(till, first, "one", PRICE)
    refund(till, second, "two", 50_00)
    refund(till, second, "two", 49_00)

    told = till.bot.statistics()
    assert by_day(told) == {
        date(2026, 11, 20): (2 * PRICE, 2),
        date(2026, 11, 21): (-PRICE - 99_00, 0),
    }
    assert revenue(told) == (-PRICE - 99_00, PRICE - 99_00, PRICE - 99_00)


def test_second_payments_underpaid_and_orphaned_money_count_as_what_came_in(till: Till) -> None:
    order_id = paid(till, "one")
    till.pay(order_id, "again")
    paid(till, "less", paid_kopecks=5_00)
    till.pay("no-such-order", "orphan", paid_kopecks=7_00)
    paid(till, "more", paid_kopecks=PRICE + 1_00)

    assert revenue(till.bot.statistics())[0] == 3 * PRICE + 13_00
    assert till.bot.statistics().days[-1].payments == 5


def test_what_is_older_than_the_days_shown_is_not_even_read(till: Till) -> None:
    paid(till, "one")
    file = EmbeddedDatabase(till.folder / "main.db")
    with file.sessions.reading() as session:
        chosen = plan(session.tables["payment_facts"], moved_since(NOW), None)

    assert chosen.index is not None
    assert [path for path, _ in chosen.index.keys] == ["occurred_at"]
    assert len(chosen.ranges) == 1
    file.close()


def test_a_fact_told_many_times_counts_once_and_a_failure_not_at_all(till: Till) -> None:
    order_id = paid(till, "one")
    for _ in range(3):
        till.pay(order_id, "one")
    till.pay(order_id, "failed", kind=FactKind.CANCELED, paid_kopecks=None)

    assert by_day(till.bot.statistics()) == {date(2026, 11, 21): (PRICE, 1)}


def test_where_the_payers_sum_is_not_told_what_reached_us_counts(till: Till) -> None:
    paid(till, "history", paid_kopecks=None, received_kopecks=193_00)
    paid(till, "nothing told", paid_kopecks=None)

    assert by_day(till.bot.statistics()) == {date(2026, 11, 21): (193_00, 2)}


def test_money_of_another_currency_is_in_no_sum(till: Till) -> None:
    paid(till, "dollars", currency="USD")

    assert by_day(till.bot.statistics()) == {}


def test_the_days_are_those_of_the_zone_that_is_set(tmp_path: Path) -> None:
    till = Till(tmp_path, shop_time_zone="Asia/Vladivostok")
    till.clock.now = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)  # half past midnight there
    paid(till, "one", till.clock.now)
    paid(till, "before", datetime(2026, 11, 21, 13, 30, tzinfo=UTC))

    told = till.bot.statistics()
    assert told.days[-1] == DayOfSales(
        day=date(2026, 11, 22), kopecks=PRICE, payments=1, new_users=0
    )
    assert revenue(told)[:2] == (PRICE, 2 * PRICE)
    till.close()


def test_a_zone_that_does_not_exist_is_told_at_the_start() -> None:
    with pytest.raises(BadSettings, match="SHOP_TIME_ZONE"):
        load(MainSettings, {"SHOP_TIME_ZONE": "Europe/Muskau"})


def test_a_day_of_23_or_25_hours_is_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    days = last_days(datetime(2026, 10, 26, 12, tzinfo=UTC), berlin, 3)

    assert days == [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)]
    lengths = [start_of(b, berlin) - start_of(a, berlin) for a, b in pairwise(days)]
    assert [length.total_seconds() / 3600 for length in lengths] == [24, 25]
    assert day_of(datetime(2026, 10, 25, 22, 59, tzinfo=UTC), berlin) == days[1]
    assert day_of(datetime(2026, 10, 25, 23, 0, tzinfo=UTC), berlin) == days[2]
    santiago = ZoneInfo("America/Santiago")  # there the clocks leave out the hour after midnight
    gap = start_of(date(2026, 9, 6), santiago)
    assert day_of(gap, santiago) == date(2026, 9, 6)
    assert day_of(datetime(2026, 9, 6, 3, 59, tzinfo=UTC), santiago) == date(2026, 9, 5)
