"""Which notices are handed to notify_service, due when, and that none is lost or doubled."""

from datetime import datetime, timedelta

import pytest

from common.clock import milliseconds
from main_api.jobs.runner import safely
from main_api.notices.planning import NoticePlanning
from models.codes import NoticeKind
from tests.support.shop import Shop

Planned = dict[NoticeKind, datetime]


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register(language_code="en").user_id


def plan(shop: Shop) -> None:
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock)
    safely("plan", notices.tick)()


def planned(shop: Shop, end: datetime) -> Planned:
    """What is kept for that end of access: kind and due moment."""
    suffix = f":{milliseconds(end)}"
    kept = shop.notify.notices
    return {it.kind: it.due_at for key, it in kept.items() if key.endswith(suffix)}


def buy(shop: Shop, user_id: int, order_id: str, days: int) -> datetime:
    end = shop.deps.access.grant(
        user_id, order_id, days=days, paid=True, enforce_maximum=False
    ).expires_at
    assert end is not None
    return end


def test_a_bought_access_has_four_reminders_and_one_about_connecting(
    shop: Shop, user_id: int
) -> None:
    end = buy(shop, user_id, "a", 30)
    plan(shop)

    assert planned(shop, end) == {
        NoticeKind.SUB_ENDS_IN_THREE_DAYS: end - timedelta(days=3),
        NoticeKind.SUB_ENDS_IN_A_DAY: end - timedelta(hours=24),
        NoticeKind.SUB_ENDED: end + timedelta(seconds=30),
        NoticeKind.SUB_ENDED_TWO_DAYS_AGO: end + timedelta(days=2),
        NoticeKind.NEVER_CONNECTED: shop.clock.now + timedelta(hours=1),
    }


def test_a_trial_has_reminders_of_its_own(shop: Shop, user_id: int) -> None:
    end = shop.bot.take_trial(user_id).expires_at
    assert end is not None
    plan(shop)

    assert planned(shop, end) == {
        NoticeKind.TRIAL_UNUSED: shop.clock.now + timedelta(hours=3),
        NoticeKind.TRIAL_ENDING: end - timedelta(hours=24),
        NoticeKind.SUB_ENDED: end + timedelta(seconds=30),
        NoticeKind.SUB_ENDED_TWO_DAYS_AGO: end + timedelta(days=2),
    }


def test_a_trial_of_a_day_is_warned_of_at_two_thirds(shop: Shop, user_id: int) -> None:
    now = shop.clock.now
    shop.deps.users.set(
        user_id,
        {
            "expires_at": now + timedelta(days=1),
            "has_trial": True,
            "trial_taken_at": now,
            "access_changed_at": now,
            "notice_pending": True,
        },
    )
    plan(shop)

    kept = planned(shop, now + timedelta(days=1))
    assert kept[NoticeKind.TRIAL_ENDING] == now + timedelta(hours=16)


def test_a_notice_says_whom_and_which_end_it_means(shop: Shop, user_id: int) -> None:
    end = buy(shop, user_id, "a", 30)
    plan(shop)

    notice = shop.notify.notices[f"subEnded:{user_id}:{milliseconds(end)}"]
    assert (notice.telegram_id, notice.language) == (98472894, "en")
    assert notice.params == {"end_ms": milliseconds(end)}
    assert f"subEndsInADay:{user_id}:{milliseconds(end)}" in shop.notify.notices


def test_planning_again_changes_nothing_and_a_renewal_plans_anew(shop: Shop, user_id: int) -> None:
    first = buy(shop, user_id, "a", 30)
    plan(shop)
    shop.deps.users.set(user_id, {"notice_pending": True})
    plan(shop)
    assert len(shop.notify.notices) == 5

    second = buy(shop, user_id, "b", 30)
    plan(shop)
    assert planned(shop, second).keys() == planned(shop, first).keys()
    assert len(shop.notify.notices) == 10


def test_what_had_passed_when_access_was_given_is_not_planned(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=2)
    plan(shop)

    assert planned(shop, shop.clock.now + timedelta(days=2)).keys() == {
        NoticeKind.SUB_ENDS_IN_A_DAY,
        NoticeKind.SUB_ENDED,
        NoticeKind.SUB_ENDED_TWO_DAYS_AGO,
    }


def test_what_passed_while_the_jobs_were_down_is_planned_late(shop: Shop, user_id: int) -> None:
    end = buy(shop, user_id, "a", 5)
    shop.clock.advance(days=3)
    plan(shop)

    due_at = planned(shop, end)[NoticeKind.SUB_ENDS_IN_THREE_DAYS]
    assert due_at == shop.clock.now - timedelta(days=1)


def test_days_from_an_admin_are_not_money_and_ask_nobody_to_connect(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=30)
    plan(shop)

    assert NoticeKind.NEVER_CONNECTED not in {it.kind for it in shop.notify.notices.values()}


def test_days_added_after_a_payment_do_not_ask_a_second_time(shop: Shop, user_id: int) -> None:
    buy(shop, user_id, "a", 30)
    plan(shop)
    shop.clock.advance(hours=2)
    shop.grant(user_id, "gift", days=3)
    plan(shop)

    asked = [it for it in shop.notify.notices.values() if it.kind is NoticeKind.NEVER_CONNECTED]
    assert len(asked) == 1


def test_who_has_connected_is_not_asked_to(shop: Shop, user_id: int) -> None:
    shop.deps.users.set(user_id, {"connected_at": shop.clock.now})
    shop.bot.take_trial(user_id)
    plan(shop)
    buy(shop, user_id, "a", 30)
    plan(shop)

    kinds = {it.kind for it in shop.notify.notices.values()}
    assert not kinds & {NoticeKind.TRIAL_UNUSED, NoticeKind.NEVER_CONNECTED}


def test_a_refund_that_closes_access_is_told_as_such_and_by_no_reminder(
    shop: Shop, user_id: int
) -> None:
    buy(shop, user_id, "a", 30)
    plan(shop)
    before = set(shop.notify.notices)
    shop.clock.advance(hours=1)
    shop.deps.access.take_back(user_id, "a")
    plan(shop)

    assert set(shop.notify.notices) == before
    assert not shop.record(user_id).notice_pending


def test_who_got_his_money_back_is_not_told_that_he_has_paid(shop: Shop, user_id: int) -> None:
    end = shop.bot.take_trial(user_id).expires_at
    assert end is not None
    buy(shop, user_id, "a", 30)
    shop.clock.advance(minutes=10)
    shop.deps.access.take_back(user_id, "a")
    plan(shop)

    assert planned(shop, end)
    assert NoticeKind.NEVER_CONNECTED not in planned(shop, end)


def test_notices_wait_for_notify_service_and_survive_a_lost_answer(
    shop: Shop, user_id: int
) -> None:
    buy(shop, user_id, "a", 30)
    shop.notify.wire.down = True
    plan(shop)
    assert shop.record(user_id).notice_pending

    shop.notify.wire.down, shop.notify.wire.lost = False, True
    plan(shop)
    assert shop.record(user_id).notice_pending
    shop.notify.wire.lost = False
    plan(shop)

    assert not shop.record(user_id).notice_pending
    assert len(shop.notify.notices) == 5


def test_who_never_had_access_gets_no_notice(shop: Shop, user_id: int) -> None:
    shop.deps.access.revoke(user_id, "r")
    plan(shop)

    assert shop.notify.notices == {}
