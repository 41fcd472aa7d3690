"""The notices of many people who come at once go in few calls, and each person's are his own."""

import logging

import pytest

from common.errors import Unauthorized
from main_api.notices.planning import NoticePlanning
from tests.main_api.test_notices import plan
from tests.support.shop import Shop


@pytest.fixture
def ids(shop: Shop) -> list[int]:
    ids = [shop.register(number).user_id for number in range(1, 26)]
    for user_id in ids:
        shop.bot.take_trial(user_id)
    return ids


def planned_for(shop: Shop) -> set[int]:
    return {notice.telegram_id for notice in shop.notify.notices.values()}


def waiting(shop: Shop) -> list[int]:
    return [it["_id"] for it in shop.deps.db["users"].find({"notice_pending": True})]


def test_all_are_planned_in_one_call(shop: Shop, ids: list[int]) -> None:
    plan(shop)

    assert planned_for(shop) == set(range(1, 26))
    assert len(shop.notify.notices) == 4 * len(ids)
    assert shop.notify.lists == 1
    assert waiting(shop) == []


def test_one_whose_notices_are_refused_costs_nobody_else_his(
    shop: Shop, ids: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    shop.notify.refused = {5}
    with caplog.at_level(logging.ERROR):
        plan(shop)

    assert planned_for(shop) == set(range(1, 26)) - {5}
    assert waiting(shop) == [ids[4]]
    assert [r.message for r in caplog.records] == [
        f"the notices of u{ids[4]} were refused: invalid"
    ]


def test_a_token_that_is_refused_is_nobodys_fault_and_nobody_waits_for_it(
    shop: Shop, ids: list[int]
) -> None:
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock)
    shop.notify.distrustful = True
    with pytest.raises(Unauthorized):
        notices.tick()
    assert shop.notify.lists == 1

    shop.notify.distrustful = False
    notices.tick()

    assert (len(planned_for(shop)), waiting(shop)) == (len(ids), [])


def test_who_was_refused_is_left_alone_until_he_changes(shop: Shop, ids: list[int]) -> None:
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock)
    shop.notify.refused = {5}
    notices.tick()
    refusals = shop.notify.lists
    shop.notify.refused = set()
    notices.tick()
    assert (waiting(shop), shop.notify.lists) == ([ids[4]], refusals)

    shop.grant(ids[4], "more", days=5)
    notices.tick()
    assert waiting(shop) == []


def test_more_than_a_call_takes_are_planned_all_the_same(shop: Shop, ids: list[int]) -> None:
    more = [shop.register(number).user_id for number in range(101, 130)]
    for user_id in more:
        shop.bot.take_trial(user_id)
    plan(shop)

    assert len(shop.notify.notices) == 4 * len(ids + more)
    assert shop.notify.lists == 2


def test_different_revisions_are_noted_each_by_its_own(shop: Shop, ids: list[int]) -> None:
    for user_id in ids[:3]:
        shop.grant(user_id, "more", days=5)
    plan(shop)

    assert waiting(shop) == []


def test_while_notify_service_is_away_all_wait(shop: Shop, ids: list[int]) -> None:
    shop.notify.wire.down = True
    plan(shop)
    assert waiting(shop) == ids

    shop.notify.wire.down = False
    plan(shop)
    assert waiting(shop) == []
