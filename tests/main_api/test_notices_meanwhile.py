"""What is planned while the person it is for does something else."""

from datetime import datetime, timedelta

import pytest
from typing_extensions import override

from common.clients.notify_service import NotifyService
from common.clock import milliseconds
from main_api.notices.planning import NoticePlanning
from models.notifies import NoticeList, NoticeState, NoticeStates
from tests.main_api.test_notices import plan, planned
from tests.support.shop import Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register(language_code="en").user_id


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
