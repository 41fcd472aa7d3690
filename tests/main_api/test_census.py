"""Who has access as it is kept in memory, read anew when it may have become another."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.clock import milliseconds
from main_api.mongo_api.collections import USERS
from main_api.vpn_api.census import ALL_ANEW_SECONDS, OVERLAP, Census
from models.admin import Ban
from tests.support.shop import Shop


class Read:
    """A census with a stopwatch of the test's own, that has read everybody once."""

    def __init__(self, shop: Shop) -> None:
        self.seconds = 0.0
        self.census = Census(shop.deps.db, shop.clock, lambda: self.seconds)
        self.census.people()

    def ends(self) -> dict[int, int]:
        return {user_id: person.ends_ms for user_id, person in self.census.people().items()}


@pytest.fixture
def user_id(shop: Shop) -> int:
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=30)
    return user_id


def write(shop: Shop, user_id: int, **fields: Any) -> None:
    """Past everything that would note the moment."""
    shop.deps.db[USERS].update_one({"_id": user_id}, {"$set": fields})


def test_a_change_that_was_decided_before_the_last_look_and_written_after_it_is_seen(
    shop: Shop, user_id: int
) -> None:
    decided_at = shop.clock()
    shop.clock.advance(seconds=OVERLAP.total_seconds() - 1)
    read = Read(shop)
    end = decided_at + timedelta(days=90)
    write(shop, user_id, expires_at=end, changed_at=decided_at)

    assert read.ends() == {user_id: milliseconds(end)}


def test_what_was_written_by_hand_is_seen_within_ten_minutes(shop: Shop, user_id: int) -> None:
    shop.clock.advance(hours=1)
    read = Read(shop)
    end = shop.clock() + timedelta(days=90)
    write(shop, user_id, expires_at=end)
    before = read.ends()
    read.seconds += ALL_ANEW_SECONDS

    assert before != {user_id: milliseconds(end)}
    assert read.ends() == {user_id: milliseconds(end)}


def test_after_time_went_backwards_everybody_is_read_anew(shop: Shop, user_id: int) -> None:
    shop.clock.advance(days=3)
    read = Read(shop)
    shop.clock.advance(days=-2)
    end = shop.clock() + timedelta(days=90)
    write(shop, user_id, expires_at=end, changed_at=shop.clock())

    assert read.ends() == {user_id: milliseconds(end)}


def ban(shop: Shop, user_id: int) -> None:
    shop.bot.ban(user_id, Ban(admin_id=777, key="b", banned=True))


def leave(shop: Shop, user_id: int) -> None:
    write(shop, user_id, deleting=True, changed_at=shop.clock())


def never(shop: Shop, user_id: int) -> None:
    write(shop, user_id, expires_at=None, changed_at=shop.clock())


@pytest.mark.parametrize("loses", [ban, leave, never])
def test_who_loses_access_is_let_in_no_more_by_a_look_at_all_or_at_the_changes(
    shop: Shop, user_id: int, loses: Callable[[Shop, int], None]
) -> None:
    read = Read(shop)
    assert read.ends().keys() == {user_id}
    loses(shop, user_id)

    assert read.ends() == Read(shop).ends() == {}
    assert read.census.look([user_id])[user_id].person is None


def test_who_is_looked_for_and_gone_is_forgotten(shop: Shop, user_id: int) -> None:
    read = Read(shop)
    shop.deps.db[USERS].delete_one({"_id": user_id})

    assert read.census.look([user_id, 999]) == {}
    assert read.ends() == {}


def test_an_end_that_is_over_is_not_read(shop: Shop, user_id: int) -> None:
    end: datetime = shop.clock() + timedelta(days=31)
    shop.clock.now = end

    assert Read(shop).ends() == {}
    assert shop.record(user_id).expires_at is not None
