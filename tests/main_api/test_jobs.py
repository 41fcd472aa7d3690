"""What the jobs do, and that a failing one is told and runs again."""

import logging
from datetime import timedelta

import pytest
from typing_extensions import override

from common.clients.notify_service import NotifyService
from common.clock import milliseconds
from common.errors import Unavailable
from main_api.jobs.notices import NoticePlanning
from main_api.jobs.registry import JOBS
from main_api.jobs.runner import JobRunner, safely
from models.codes import NoticeKind
from models.notifies import Notice, NoticeState
from tests.support.shop import Shop
from tests.support.waiting import wait_until


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register(language_code="en").user_id


def plan(shop: Shop) -> None:
    safely("plan", NoticePlanning(shop.deps.db, shop.deps.notify).tick)()


def test_the_end_of_each_access_is_announced_once(shop: Shop, user_id: int) -> None:
    end = shop.bot.take_trial(user_id).expires_at
    assert end is not None
    plan(shop)
    plan(shop)

    (notice,) = shop.notify.notices.values()
    assert notice.key == f"subEnded:{user_id}:{milliseconds(end)}"
    assert (notice.kind, notice.telegram_id, notice.language) == (
        NoticeKind.SUB_ENDED, 98472894, "en",
    )  # fmt: skip
    assert notice.due_at == end + timedelta(seconds=30)

    shop.grant(user_id, "a", days=1)
    plan(shop)
    assert len(shop.notify.notices) == 2


def test_a_notice_waits_for_notify_service_and_survives_a_lost_answer(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=1)
    shop.notify.wire.down = True
    plan(shop)
    assert shop.record(user_id).notice_pending

    shop.notify.wire.down, shop.notify.wire.lost = False, True
    plan(shop)
    assert shop.record(user_id).notice_pending
    shop.notify.wire.lost = False
    plan(shop)

    assert not shop.record(user_id).notice_pending
    assert len(shop.notify.notices) == 1


class RenewsMeanwhile(NotifyService):
    """Takes the notice, and before it answers the user has paid again."""

    def __init__(self, shop: Shop, user_id: int) -> None:
        self._shop = shop
        self._user_id = user_id

    @override
    def add(self, notice: Notice) -> NoticeState:
        self._shop.grant(self._user_id, "meanwhile", days=1)
        return NoticeState(key=notice.key, state="waiting")


def test_a_renewal_while_the_notice_travels_is_announced_too(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=1)
    NoticePlanning(shop.deps.db, RenewsMeanwhile(shop, user_id)).tick()
    plan(shop)

    end = shop.clock.now + timedelta(days=2)
    assert list(shop.notify.notices) == [f"subEnded:{user_id}:{milliseconds(end)}"]


def test_who_never_had_access_gets_no_notice(shop: Shop, user_id: int) -> None:
    shop.deps.access.revoke(user_id, "r")
    plan(shop)

    assert shop.notify.notices == {}


def test_all_jobs_together_bring_everything_level(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=1)
    runner = JobRunner(shop.deps)
    runner.start()
    try:
        shop.finland.wire.down = False
        wait_until(lambda: shop.finland.holds(user_id) is not None)
        wait_until(lambda: len(shop.notify.notices) == 1)
        wait_until(lambda: len(shop.bot.links(user_id).links) == 2)
    finally:
        runner.stop()


def test_a_job_that_fails_is_told_once_and_runs_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away() -> None:
        raise Unavailable("secret address", code="storage_unavailable")

    def bug() -> None:
        raise KeyError("x")

    answers = [away, away, lambda: None, away, bug]

    def run() -> None:
        answers.pop(0)()

    job = safely("first", run)
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            job()

    assert [(r.levelname, r.message) for r in caplog.records] == [
        ("WARNING", "job first: storage_unavailable"),
        ("INFO", "job first works again"),
        ("WARNING", "job first: storage_unavailable"),
        ("ERROR", "job first failed"),
    ]


def test_every_job_of_the_registry_can_be_made_and_run_on_an_empty_shop(shop: Shop) -> None:
    for job in JOBS.values():
        job.make(shop.deps)()
    shop.deps.vpn.healing.finish()

    assert shop.bot.user_ids().user_ids == []
