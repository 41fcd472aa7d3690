"""What a server says is not believed blindly, and nobody loses access by our own mistake."""

from datetime import timedelta

import pytest

from common.clock import milliseconds
from common.errors import Unavailable
from main_api.mongo_api.collections import USERS
from main_api.vpn_api.census import Seen
from main_api.vpn_api.differences import Differences
from models.agreement import HeldUser
from tests.main_api.test_agreement import ID, finland, repair, settle
from tests.support.fake_country import FakeCountry
from tests.support.shop import Shop


def lose_the_database(shop: Shop) -> None:
    shop.deps.db[USERS].delete_many({})
    shop.start()


def served(country: FakeCountry) -> set[str]:
    return {key for key, it in country.users.items() if it.active}


@pytest.mark.parametrize("customers", [1, 12])
def test_an_emptied_database_takes_access_from_nobody(shop: Shop, customers: int) -> None:
    settle(shop, customers)
    lose_the_database(shop)

    outcome = repair(shop)

    assert (outcome.extra, outcome.spared) == (customers, customers)
    assert len(served(shop.finland)) == customers


def test_the_operators_word_lets_it_go_ahead(shop: Shop) -> None:
    settle(shop, 12)
    lose_the_database(shop)

    outcome = repair(shop, force=True)

    assert outcome.spared == 0
    assert served(shop.finland) == set()
    assert repair(shop).equal


def test_a_database_of_yesterday_takes_no_time_from_many_and_still_gives(shop: Shop) -> None:
    settle(shop, 13)
    for number in range(1, 12):
        held = shop.finland.users[f"u{number}"]
        later = {"expires_at": held.expires_at + timedelta(days=30), "revision": 9}
        shop.finland.users[held.key] = held.model_copy(update=later)
    paid = {key: it.expires_at for key, it in shop.finland.users.items()}
    del shop.finland.users["u13"]

    outcome = repair(shop)

    assert (outcome.missing, outcome.other, outcome.spared) == (1, 11, 11)
    assert {key: it.expires_at for key, it in shop.finland.users.items()} == paid


def test_few_strangers_among_many_are_removed(shop: Shop) -> None:
    settle(shop, 30)
    for number in range(1, 11):
        one = shop.finland.users[f"u{number}"]
        key = f"u{900 + number}"
        shop.finland.users[key] = one.model_copy(update={"key": key})

    assert repair(shop).spared == 0

    assert len(served(shop.finland)) == 30


@pytest.mark.parametrize(
    ("key", "days"),
    [("u1", 5), ("u257", -5), ("u7", 5)],
    ids=["one user twice", "one whose access is over", "one of a bucket not asked for"],
)
def test_an_absurd_list_is_not_believed(shop: Shop, key: str, days: int) -> None:
    settle(shop, 3)
    held = shop.finland.users["u1"]
    shop.finland.users["u1"] = held.model_copy(update={"core_id": ID.format(5)})
    ends = milliseconds(shop.clock() + timedelta(days=days))
    lie = HeldUser(key=key, core_id=ID.format(3), ends=ends, revision=1)
    shop.finland.agreement.lies = [lie]

    with pytest.raises(Unavailable):
        shop.deps.vpn.agreement.repair(finland(shop))

    assert shop.record(1).pending == []
    shop.finland.agreement.lies = []
    assert repair(shop).other == 1


@pytest.mark.parametrize(
    ("ours", "losing", "suspicious"),
    [
        (10, 10, False),
        (109, 11, True),
        (110, 11, False),
        (1000, 101, True),
        (9, 10, True),
        (0, 1, True),
    ],
)
def test_suspicious_is_more_than_ten_and_a_tenth_or_more_than_would_be_left(
    *, ours: int, losing: int, suspicious: bool
) -> None:
    extra = [Seen(number, None, 1, []) for number in range(losing)]

    assert Differences(ours=ours, extra=extra).suspicious == suspicious
