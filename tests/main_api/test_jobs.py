"""What the jobs do, and that a failing one is told and runs again."""

import logging

import pytest

from common.errors import Unavailable
from main_api.jobs.registry import JOBS
from main_api.jobs.runner import JobRunner, safely
from tests.support.shop import Shop
from tests.support.waiting import wait_until


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register(language_code="en").user_id


def test_all_jobs_together_bring_everything_level(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    shop.grant(user_id, "a", days=1)
    runner = JobRunner(shop.deps)
    runner.start()
    try:
        shop.finland.wire.down = False
        wait_until(lambda: shop.finland.holds(user_id) is not None)
        wait_until(lambda: len(shop.notify.notices) >= 2)
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
