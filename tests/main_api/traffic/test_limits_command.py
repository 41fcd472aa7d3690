"""The operator's command that sets what a tariff limits."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from main_api.tariffs.__main__ import parse, run
from tests.support.limited_shop import TRAFFIC, LimitedShop
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


def test_what_is_enforced_is_told_with_what_it_means(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(shop, "limit", "m1", "--traffic-gb", "100", "--devices", "3")
    assert "withheld" not in (before := capsys.readouterr().out)
    assert "enforced" not in before
    ran(shop, "limit", "m1", "--enforce", "traffic")
    told = capsys.readouterr().out
    assert "m1       100 GB in 30 days, 3 devices; enforced: traffic\n" in told
    assert "for traffic until his next 30 days begin or he buys" in told
    ran(shop, "limit", "m3", "--enforce", "both")
    assert "any devices; enforced: traffic (no limit is set), devices (no limit is set)" in (
        capsys.readouterr().out
    )
    ran(shop, "limit", "m1", "--enforce", "nothing")

    assert "m1       100 GB in 30 days, 3 devices\n" in capsys.readouterr().out
    enforced = {it.id: it.enforced for it in shop.bot.tariffs("ru").tariffs}
    assert (enforced["m1"], enforced["m3"]) == ([], ["traffic", "devices"])


def test_the_operator_hears_how_many_his_word_concerns_and_none_is_changed_by_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limited = LimitedShop(tmp_path, traffic_gb=100)
    limited.use(60)
    limited.look()
    limited.clock.advance(days=2)
    for quota, told in (("61", ""), ("60", "Within a minute 1 will be withheld")):
        asked = parse(["limit", "m1", "--traffic-gb", quota, "--enforce", "traffic"])
        assert run(limited.deps.db, asked, limited.clock) == 0
        shown = capsys.readouterr().out
        assert (told in shown) if told else ("Within" not in shown)
        assert limited.withheld is None
    limited.close()


def test_what_was_enforced_can_be_lifted_of_a_tariff_that_is_sold_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = LimitedShop(tmp_path, traffic_gb=10, enforced=TRAFFIC)
    shop.use(10)
    shop.look()
    assert shop.withheld
    shop.deps.db["tariffs"].update_one({"_id": "m1"}, {"$set": {"is_active": False}})

    assert ran(shop, "limit", "m1", "--enforce", "nothing") == 0
    assert "m1       10 GB in 30 days, any devices (sold no more)\n" in capsys.readouterr().out
    shop.look()
    assert shop.let_in == [True, True]
    shop.close()
