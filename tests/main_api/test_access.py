"""Grants exactly once, refunds, revocation, the trial, the maximum."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from common.errors import Conflict, Forbidden, Invalid, NotFound
from models.access import Access
from tests.support.shop import FINLAND, GERMANY, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


def pay(shop: Shop, user_id: int, order_id: str, months: int = 1) -> Access:
    return shop.deps.access.grant(
        user_id, order_id, months=months, paid=True, enforce_maximum=False
    )


def end_of(shop: Shop, user_id: int) -> datetime:
    end = shop.bot.user(user_id).expires_at
    assert end is not None
    return end


def test_a_grant_is_known_to_every_server_when_it_is_answered(shop: Shop, user_id: int) -> None:
    access = shop.grant(user_id, "order-1", days=3)

    assert access.expires_at == shop.clock.now + timedelta(days=3)
    assert access.pending == []
    for country in (shop.finland, shop.germany):
        held = country.holds(user_id)
        assert held is not None
        assert (held.expires_at, held.revision) == (access.expires_at, access.revision)


def test_a_repeated_order_changes_nothing(shop: Shop, user_id: int) -> None:
    first = shop.grant(user_id, "order-1", months=1)
    shop.clock.advance(days=1)

    assert shop.grant(user_id, "order-1", months=1) == first
    assert shop.finland.puts == {f"u{user_id}": 1}


def test_one_order_sixteen_times_at_once_is_granted_once(shop: Shop, user_id: int) -> None:
    with ThreadPoolExecutor(16) as pool:
        ends = {a.expires_at for a in pool.map(lambda _: pay(shop, user_id, "same"), range(16))}

    assert ends == {datetime.fromisoformat("2026-12-21T12:00:00+00:00")}
    assert shop.record(user_id).applied == ["same"]


def test_sixteen_orders_at_once_are_all_granted(shop: Shop, user_id: int) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: shop.grant(user_id, f"order-{n}", days=1), range(16)))

    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=16)
    assert sorted(shop.record(user_id).applied) == sorted(f"order-{n}" for n in range(16))
    shop.heal()
    user = shop.bot.user(user_id)
    held = shop.finland.holds(user_id)
    assert held is not None
    assert (held.expires_at, held.revision) == (user.expires_at, user.revision)
    assert user.pending == []


def test_time_is_added_to_the_present_end_and_after_a_pause_to_now(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=3)
    shop.clock.advance(days=1)
    shop.grant(user_id, "b", days=3)
    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=5)

    shop.clock.advance(days=30)
    shop.grant(user_id, "c", days=3)
    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=3)


def test_time_taken_back_stops_at_now(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=10)
    shop.grant(user_id, "b", days=-3)
    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=7)

    shop.grant(user_id, "c", days=-30)
    assert end_of(shop, user_id) == shop.clock.now
    assert shop.finland.holds(user_id) is None


def test_the_maximum_has_its_own_error_and_nothing_is_granted(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=1099)

    with pytest.raises(Invalid) as caught:
        shop.grant(user_id, "b", days=2)

    assert (caught.value.code, caught.value.details) == ("access_too_long", {"max_days": 1100})
    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=1099)
    shop.grant(user_id, "b", days=1)
    assert pay(shop, user_id, "paid").expires_at == end_of(shop, user_id)


def test_money_never_runs_into_the_end_of_the_calendar(shop: Shop, user_id: int) -> None:
    with pytest.raises(Invalid) as caught:
        pay(shop, user_id, "much", months=120_000)

    assert caught.value.code == "access_too_long"


def test_a_refund_takes_back_what_the_order_gave_and_only_once(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "gift", days=5)
    pay(shop, user_id, "paid")
    before = end_of(shop, user_id)

    for _ in range(3):
        taken = shop.deps.access.take_back(user_id, "paid")
        assert taken.expires_at == shop.clock.now + timedelta(days=5)

    assert before - end_of(shop, user_id) >= timedelta(days=30)


def test_a_refund_of_time_already_used_ends_access_now(shop: Shop, user_id: int) -> None:
    pay(shop, user_id, "paid")
    shop.clock.advance(days=10)

    assert shop.deps.access.take_back(user_id, "paid").expires_at == shop.clock.now
    assert shop.finland.holds(user_id) is None


def test_a_refund_that_comes_before_its_grant_can_still_be_made_after_it(
    shop: Shop, user_id: int
) -> None:
    assert shop.deps.access.take_back(user_id, "paid").expires_at is None
    pay(shop, user_id, "paid")

    assert shop.deps.access.take_back(user_id, "paid").expires_at == shop.clock.now


def test_sixteen_refunds_at_once_take_back_once(shop: Shop, user_id: int) -> None:
    pay(shop, user_id, "one", months=1)
    pay(shop, user_id, "two", months=2)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: shop.deps.access.take_back(user_id, "two"), range(16)))

    assert end_of(shop, user_id) == datetime.fromisoformat("2026-12-21T12:00:00+00:00")


def test_revoking_ends_access_on_every_server_at_once(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=30)
    shop.operator.post("/api/v1/access/revoke", {"user_id": user_id, "order_id": "r"}, Access)

    assert end_of(shop, user_id) == shop.clock.now
    assert shop.finland.holds(user_id) is shop.germany.holds(user_id) is None

    shop.grant(user_id, "b", days=1)
    shop.operator.post("/api/v1/access/revoke", {"user_id": user_id, "order_id": "r"}, Access)
    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=1)


def test_the_trial_is_taken_once(shop: Shop, user_id: int) -> None:
    access = shop.bot.take_trial(user_id)

    assert access.expires_at == shop.clock.now + timedelta(days=3)
    user = shop.bot.user(user_id)
    assert (user.has_trial, user.trial_taken_at) == (True, shop.clock.now)
    shop.clock.advance(days=400)
    with pytest.raises(Conflict) as caught:
        shop.bot.take_trial(user_id)
    assert caught.value.code == "trial_taken"


def test_a_trial_taken_in_sixteen_taps_at_once_is_one(shop: Shop, user_id: int) -> None:
    def tap(_: int) -> bool:
        try:
            shop.bot.take_trial(user_id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(tap, range(16))) == 1
    assert end_of(shop, user_id) == shop.clock.now + timedelta(days=3)


def test_who_has_paid_gets_no_trial_and_whoever_pays_is_on_trial_no_more(
    shop: Shop, user_id: int
) -> None:
    shop.bot.take_trial(user_id)
    pay(shop, user_id, "paid")
    assert shop.bot.user(user_id).has_trial is False

    other = shop.register(2).user_id
    pay(shop, other, "paid")
    with pytest.raises(Conflict):
        shop.bot.take_trial(other)


def test_a_banned_user_gets_no_trial_and_is_on_no_server(shop: Shop, user_id: int) -> None:
    shop.deps.users.set(user_id, {"banned": True})

    with pytest.raises(Forbidden) as caught:
        shop.bot.take_trial(user_id)
    assert caught.value.code == "user_banned"
    pay(shop, user_id, "paid")
    assert shop.finland.holds(user_id) is None


NONSENSE: list[dict[str, object]] = [
    {"order_id": "a"},
    {"order_id": "a", "months": 0, "days": 0},
    {"order_id": "a b", "days": 1},
    {"order_id": "trial:1", "days": 1},
    {"order_id": "", "days": 1},
    {"order_id": "a", "days": 10**9},
    {"order_id": "a", "days": "many"},
]


def test_a_grant_that_makes_no_sense_is_refused(shop: Shop, user_id: int) -> None:
    for body in NONSENSE:
        with pytest.raises(Invalid):
            shop.operator.post("/api/v1/access/grant", {"user_id": user_id, **body}, Access)

    assert shop.bot.user(user_id).expires_at is None


def test_an_order_id_of_digits_is_as_good_as_any(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "123", days=1)

    assert shop.record(user_id).added == {"123": 86400}
    assert shop.deps.access.take_back(user_id, "123").expires_at == shop.clock.now


def test_a_grant_to_nobody_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.grant(77, "a", days=1)


def test_ids_in_the_cores_differ_by_server_and_by_user(shop: Shop) -> None:
    users = [shop.register(n).user_id for n in (1, 2)]
    for user in users:
        shop.grant(user, "a", days=1)

    held = [shop.countries[a].users[f"u{u}"].core_id for a in (FINLAND, GERMANY) for u in users]
    assert len(set(held)) == 4
    assert {core_id[14:18] for core_id in held} == {"4000"}
