"""The operator's command that sets what a tariff limits."""

import pytest

from main_api.tariffs.__main__ import parse, run
from tests.support.shop import Shop


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
