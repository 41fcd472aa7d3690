"""The operator's command that sets what a tariff limits."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from main_api.tariffs.__main__ import parse, run
from tests.support.shop import Shop

ROOT = Path(__file__).parents[3]
NOBODY = 65534
SETTINGS = {
    "PATH": os.defpath, "CALLER_KEYS": "{}", "PUBLIC_URL": "http://127.0.0.1:8004",
    "BOT_URL": "https://t.me/shop_bot", "NOTIFY_SERVICE_URL": "http://127.0.0.1:9",
    "NOTIFY_SERVICE_KEY": "k" * 40, "PAYMENTS_WEBHOOK_URL": "http://127.0.0.1:9",
    "PAYMENTS_WEBHOOK_KEY": "k" * 40,
}  # fmt: skip


def ran(shop: Shop, *arguments: str) -> int:
    return run(shop.deps.db, parse(list(arguments)))


def limits(shop: Shop) -> dict[str, tuple[int | None, int | None]]:
    tariffs = shop.bot.tariffs("ru").tariffs
    return {it.id: (it.traffic_gb, it.device_limit) for it in tariffs}


def test_limits_are_set_one_by_one_and_taken_away(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(shop) == 0
    assert capsys.readouterr().out.splitlines()[0] == "m1       any traffic, any devices"
    assert ran(shop, "limit", "m1", "--traffic-gb", "100", "--devices", "3") == 0
    assert limits(shop)["m1"] == (100, 3)
    assert "m1       100 GB in 30 days, 3 devices" in capsys.readouterr().out
    ran(shop, "limit", "m1", "--devices", "2")
    assert limits(shop)["m1"] == (100, 2)
    ran(shop, "limit", "m1", "--traffic-gb", "0")

    assert limits(shop) == {"m1": (None, 2)} | dict.fromkeys(("m3", "m6", "m12"), (None, None))


def test_a_tariff_that_is_not_there_is_told(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(shop, "limit", "m99", "--devices", "3") == 1
    assert capsys.readouterr().err == "no such tariff\n"


@pytest.mark.parametrize("wrong", ["-1", "many", "1000001"])
def test_a_limit_is_a_number_from_nought_up(wrong: str) -> None:
    with pytest.raises(SystemExit):
        parse(["limit", "m1", "--devices", wrong])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another: NOT TRIED")
def test_what_root_makes_in_the_database_belongs_to_its_owner() -> None:
    with tempfile.TemporaryDirectory() as name:  # where others may look, unlike in tmp_path
        data = Path(name) / "data"
        data.mkdir()
        os.chown(data, NOBODY, NOBODY)
        Path(name).chmod(0o755)

        done = subprocess.run(
            [sys.executable, "-m", "main_api.tariffs"], cwd=ROOT,
            env={**SETTINGS, "MONGO_URL": f"embedded://{data}"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        owners = {(it.stat().st_uid, it.stat().st_gid) for it in data.iterdir()}
    assert done.returncode == 0, done.stderr
    assert owners == {(NOBODY, NOBODY)}
