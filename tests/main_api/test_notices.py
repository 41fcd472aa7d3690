"""Which notices are handed to notify_service, due when, and that none is lost or doubled."""

from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from common.clients.notify_service import NotifyService
from common.clock import milliseconds
from main_api.jobs.runner import safely
from main_api.notices.planning import PAGE, NoticePlanning
from models.codes import NoticeKind
from models.notifies import NoticeList, NoticeState, NoticeStates
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


class RenewsMeanwhile(NotifyService):
    """Takes the notices, and before it answers the user has paid again."""

    def __init__(self, shop: Shop, user_id: int) -> None:
        self._shop = shop
        self._user_id = user_id

    @override
    def add_all(self, notices: NoticeList) -> NoticeStates:
        self._shop.grant(self._user_id, "meanwhile", days=1)
        states = [NoticeState(key=it.key, state="waiting") for it in notices.notices]
        return NoticeStates(notices=states)


def test_a_renewal_while_the_notices_travel_is_planned_too(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=1)
    NoticePlanning(shop.deps.db, RenewsMeanwhile(shop, user_id), shop.clock).tick()
    plan(shop)

    end = shop.clock.now + timedelta(days=2)
    assert f"subEnded:{user_id}:{milliseconds(end)}" in shop.notify.notices
    assert planned(shop, end)


class LeavesMeanwhile(NotifyService):
    """The user leaves, and is forgotten, before the notices arrive."""

    def __init__(self, shop: Shop, user_id: int) -> None:
        self._shop = shop
        self._user_id = user_id

    @override
    def add_all(self, notices: NoticeList) -> NoticeStates:
        assert self._shop.deps.removal.remove(self._user_id).done
        self._shop.clock.advance(seconds=20)
        return self._shop.deps.notify.add_all(notices)

    @override
    def forget(self, telegram_id: int, *, before: datetime) -> None:
        self._shop.deps.notify.forget(telegram_id, before=before)


def test_of_who_leaves_while_the_notices_travel_none_is_kept(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=30)
    NoticePlanning(shop.deps.db, LeavesMeanwhile(shop, user_id), shop.clock).tick()

    assert shop.notify.came_at
    assert shop.notify.notices == {}


def test_who_never_had_access_gets_no_notice(shop: Shop, user_id: int) -> None:
    shop.deps.access.revoke(user_id, "r")
    plan(shop)

    assert shop.notify.notices == {}


def test_users_of_an_older_version_get_the_reminders_that_are_still_ahead(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=2, months=0)
    new = {"access_changed_at": "", "paid_at": "", "connected_at": ""}
    shop.deps.db["users"].update_one(
        {"_id": user_id}, {"$unset": new, "$set": {"notice_pending": False}}
    )
    shop.clock.advance(hours=30)
    plan(shop)

    end = shop.clock.now + timedelta(hours=18)
    assert planned(shop, end).keys() == {
        NoticeKind.SUB_ENDED,
        NoticeKind.SUB_ENDED_TWO_DAYS_AGO,
    }


def test_users_of_an_older_version_whose_access_has_ended_are_left_in_peace(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=2, months=0)
    new = {"access_changed_at": "", "paid_at": "", "connected_at": ""}
    shop.deps.db["users"].update_one(
        {"_id": user_id}, {"$unset": new, "$set": {"notice_pending": False}}
    )
    shop.clock.advance(days=2, seconds=1)
    plan(shop)

    assert shop.notify.notices == {}


def test_an_upgrade_with_many_users_is_planned_a_page_at_a_time_and_nobody_is_left_out(
    shop: Shop, user_id: int
) -> None:
    """A job that worked for as long as there is anybody left would be taken for stuck."""
    shop.grant(user_id, "a", days=2, months=0)
    [first] = shop.deps.db["users"].find({"_id": user_id})
    for n in range(1, PAGE + 1):
        other = first | {"_id": user_id + n, "tg_id": first["tg_id"] + n, "sub_token": f"token{n}"}
        shop.deps.db["users"].insert_one(other)
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock)

    left = []
    for _ in range(3):
        notices.tick()
        left.append(len(list(shop.deps.db["users"].find({"notice_pending": True}))))
    shop.grant(user_id, "b", days=2, months=0)
    notices.tick()

    assert left == [1, 0, 0]
    assert len({it.telegram_id for it in shop.notify.notices.values()}) == PAGE + 1
    assert not list(shop.deps.db["users"].find({"notice_pending": True}))
