"""A run of the cleanup: neighbours away, two at once, what the owner is told, the command line."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.storage.protocol import StorageUnavailable
from main_api.cleanup import command
from main_api.jobs.__main__ import parse
from models.codes import NoticeKind
from tests.support.cleaning import KINDS, clean, is_there, put
from tests.support.interrupted import Interrupted
from tests.support.till import OWNER, Till


def test_while_notify_service_is_away_the_run_asks_for_another(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    user = put(till, KINDS["away"])
    till.notify.wire.down = True

    assert command.run(till.deps, dry_run=False, months=6, patience=0) == 1
    assert "run it again" in capsys.readouterr().out
    assert till.finland.holds(user.user_id) is None

    till.notify.wire.down = False
    assert clean(till) == 0
    assert not is_there(till, user)
    assert user.tg_id in till.notify.forgotten


def test_without_a_list_of_servers_nobody_is_removed(till: Till) -> None:
    user = put(till, KINDS["away"])
    till.settings.countries_file.unlink()
    till.start()

    assert command.run(till.deps, dry_run=False, months=6, patience=0) == 1

    assert till.record(user.user_id) == user


def test_the_owner_is_told_in_numbers_once_a_day_for_the_same_numbers(till: Till) -> None:
    put(till, KINDS["away"])
    clean(till)
    clean(till)
    clean(till)
    till.clock.advance(days=7)
    clean(till)

    told = till.said(NoticeKind.OPERATOR_REPORT)
    assert [it.params["removed"] for it in told] == [1, 0, 0]
    assert {it.telegram_id for it in told} == {OWNER}
    assert "anary" not in str(told)


def test_with_the_database_away_in_the_middle_the_next_run_completes(till: Till) -> None:
    users = [put(till, KINDS["away"], number) for number in range(600, 620)]
    failing = Interrupted(till.deps.db, 25, away)
    assert command.run(till.start(failing), dry_run=False, months=6, patience=0) == 1
    assert failing.came

    till.start()
    assert clean(till) == 0

    assert not any(is_there(till, user) for user in users)
    assert {user.tg_id for user in users} <= set(till.notify.forgotten)


def away() -> None:
    raise StorageUnavailable("away")


def test_two_runs_at_once_do_the_work_of_one(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    users = [put(till, KINDS["away"], number) for number in range(600, 640)]
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda _: clean(till), range(2)))

    assert codes == [0, 0]
    removed = re.findall(r"removed (\d+)\nof those", capsys.readouterr().out)
    assert sum(map(int, removed)) == len(users)
    assert not any(is_there(till, user) for user in users)


def test_the_command_is_asked_for_at_least_a_month() -> None:
    assert parse([]).act is None
    asked = parse(["cleanup"])
    assert (asked.act, asked.dry_run, asked.months) == ("cleanup", False, 6)
    assert parse(["cleanup", "--dry-run", "--months", "12"]).months == 12
    for wrong in ("0", "-6", "half"):
        with pytest.raises(SystemExit):
            parse(["cleanup", "--months", wrong])
