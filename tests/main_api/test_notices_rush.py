"""While people come their notices wait, but never for long, and none that is due soon."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from common.clock import milliseconds
from main_api.jobs.registry import JOBS
from main_api.notices.planning import PAGE, NoticePlanning
from main_api.notices.rush import LONGEST_SECONDS, SETTLED_SECONDS, SOON
from models.codes import NoticeKind
from tests.main_api.test_notices import planned
from tests.main_api.test_notices_of_many import planned_for, waiting
from tests.support.shop import Shop
from tests.support.waiting import wait_until


@pytest.fixture
def notices(shop: Shop) -> NoticePlanning:
    """Its seconds are those of the shop's clock."""
    return NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock, seconds_of(shop))


def seconds_of(shop: Shop) -> Callable[[], float]:
    def seconds() -> float:
        return shop.clock.now.timestamp()

    return seconds


def come(shop: Shop, *numbers: int) -> list[int]:
    """Who has taken his trial just now."""
    ids = [shop.register(number).user_id for number in numbers]
    for user_id in ids:
        shop.bot.take_trial(user_id)
    return ids


def test_notices_are_planned_together_when_nobody_comes_any_more(
    shop: Shop, notices: NoticePlanning
) -> None:
    for number in range(1, 5):
        come(shop, number)
        notices.tick(SETTLED_SECONDS)
        shop.clock.advance(seconds=1)
    assert shop.notify.notices == {}

    shop.clock.advance(seconds=1)
    notices.tick(SETTLED_SECONDS)

    assert planned_for(shop) == {1, 2, 3, 4}
    assert shop.notify.lists == 1
    assert waiting(shop) == []


def test_a_rush_that_does_not_end_holds_nobody_up_for_long(
    shop: Shop, notices: NoticePlanning
) -> None:
    for number in range(1, 60):
        come(shop, number)
        notices.tick(SETTLED_SECONDS)
        late = shop.clock.now - timedelta(seconds=LONGEST_SECONDS)
        kept = shop.deps.db["users"].find({"notice_pending": True})
        assert all(user["access_changed_at"] > late for user in kept)
        shop.clock.advance(seconds=1)

    assert shop.notify.lists <= 59 / LONGEST_SECONDS
    assert len(planned_for(shop)) > 40


def test_an_access_that_ends_now_is_planned_in_the_middle_of_a_rush(
    shop: Shop, notices: NoticePlanning
) -> None:
    ended, *others = come(shop, 1, 2, 3)
    shop.deps.access.revoke(ended, "r")
    notices.tick(SETTLED_SECONDS)

    assert planned_for(shop) == {1}
    assert waiting(shop) == others


@pytest.mark.parametrize("seconds", [1, SOON.total_seconds() - 1])
def test_a_reminder_whose_moment_is_near_does_not_wait(
    shop: Shop, notices: NoticePlanning, seconds: float
) -> None:
    others = come(shop, 2)
    user_id = shop.register(1).user_id
    end = shop.clock.now + timedelta(hours=24, seconds=seconds)
    shop.deps.access.set_end(user_id, end)
    notices.tick(SETTLED_SECONDS)

    assert NoticeKind.SUB_ENDS_IN_A_DAY in planned(shop, end)
    assert waiting(shop) == others


def test_of_several_changes_in_a_rush_only_the_last_end_is_announced(
    shop: Shop, notices: NoticePlanning
) -> None:
    [user_id] = come(shop, 1)
    notices.tick(SETTLED_SECONDS)
    shop.grant(user_id, "a", days=30)
    shop.clock.advance(seconds=2)
    notices.tick(SETTLED_SECONDS)

    end = shop.record(user_id).expires_at
    assert end is not None
    assert planned(shop, end)
    assert {notice.params["end_ms"] for notice in shop.notify.notices.values()} == {
        milliseconds(end)
    }


@pytest.mark.parametrize("moved", [timedelta(days=-3), timedelta(days=30)])
def test_a_clock_that_is_moved_in_a_rush_loses_nobody(shop: Shop, moved: timedelta) -> None:
    passed = 0.0
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock, lambda: passed)
    come(shop, 1, 2)
    notices.tick(SETTLED_SECONDS)
    shop.clock.now += moved
    passed += 2.0
    notices.tick(SETTLED_SECONDS)

    assert planned_for(shop) == {1, 2}
    assert waiting(shop) == []


def test_what_fell_due_when_the_clock_was_moved_does_not_wait(shop: Shop) -> None:
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock, lambda: 0.0)
    come(shop, 1, 2)
    notices.tick(SETTLED_SECONDS)
    shop.clock.advance(days=30)
    notices.tick(SETTLED_SECONDS)

    assert planned_for(shop) == {1, 2}


def test_a_full_page_does_not_wait(shop: Shop, notices: NoticePlanning) -> None:
    [user_id] = come(shop, 1)
    [first] = shop.deps.db["users"].find({"_id": user_id})
    for n in range(1, PAGE + 1):
        other = first | {"_id": user_id + n, "tg_id": 1 + n, "sub_token": f"token{n}"}
        shop.deps.db["users"].insert_one(other)
    notices.tick(SETTLED_SECONDS)
    assert waiting(shop) == [user_id + PAGE]

    for _ in range(4):
        shop.clock.advance(seconds=1)
        notices.tick(SETTLED_SECONDS)
    assert waiting(shop) == []


def test_who_waits_when_the_jobs_are_killed_is_planned_by_the_next(
    shop: Shop, notices: NoticePlanning
) -> None:
    ids = come(shop, 1, 2)
    notices.tick(SETTLED_SECONDS)
    assert waiting(shop) == ids

    after = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock, seconds_of(shop))
    after.tick(SETTLED_SECONDS)
    shop.clock.advance(seconds=2)
    after.tick(SETTLED_SECONDS)
    assert planned_for(shop) == {1, 2}


def test_the_job_waits_for_the_end_of_a_rush(shop: Shop) -> None:
    job = JOBS["plan_notices"].make(shop.deps)
    ids = come(shop, 1, 2)
    job()
    assert waiting(shop) == ids

    def all_planned() -> bool:
        job()
        return not waiting(shop)

    wait_until(all_planned)
    assert planned_for(shop) == {1, 2}
