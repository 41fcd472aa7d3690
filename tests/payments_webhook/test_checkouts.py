"""main_api asks for a way to pay: once an order, and honestly when there is none."""

from pathlib import Path
from typing import Any

import pytest

from common.errors import Conflict, Invalid, Unavailable
from models.codes import Code, ProviderName
from tests.support.desk import Desk

WALLET_OFF = {"yoomoney_wallet": None, "yoomoney_secret": None, "yoomoney_token": None}
KASSA_OFF = {"yookassa_shop_id": None, "yookassa_secret_key": None}


def test_the_same_order_again_gives_the_same_page(desk: Desk) -> None:
    first = desk.checkout()

    assert desk.checkout() == first
    assert first.pay_url == f"{desk.server.url}/pay/order-1"
    assert first.providers == [ProviderName.YOOMONEY, ProviderName.YOOKASSA]


def test_the_same_order_with_another_sum_is_refused(desk: Desk) -> None:
    desk.checkout()

    with pytest.raises(Conflict):
        desk.checkout(amount_kopecks=1)

    opened = desk.deps.checkouts.find("order-1")
    assert opened is not None
    assert opened.request.amount_kopecks == 199_00


@pytest.mark.parametrize("changed", [{"currency": "USD"}, {"return_url": "javascript:alert(1)"}])
def test_what_cannot_be_paid_is_refused(desk: Desk, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        desk.checkout(**changed)


def test_without_providers_paying_is_unavailable(tmp_path: Path) -> None:
    desk = Desk(tmp_path, **WALLET_OFF, **KASSA_OFF)

    with pytest.raises(Unavailable) as caught:
        desk.checkout()

    assert caught.value.code == Code.NO_PROVIDER
    desk.close()


def test_the_only_provider_being_away_is_unavailable_and_then_not(tmp_path: Path) -> None:
    desk = Desk(tmp_path, **WALLET_OFF)
    desk.control("faults", {"provider": "yookassa", "mode": "500"})
    with pytest.raises(Unavailable):
        desk.checkout()

    assert desk.checkout().providers == [ProviderName.YOOKASSA]
    desk.close()


def test_a_payment_whose_answer_was_lost_is_not_made_twice(tmp_path: Path) -> None:
    desk = Desk(tmp_path, **WALLET_OFF)
    desk.control("faults", {"provider": "yookassa", "mode": "502", "processed": True})
    with pytest.raises(Unavailable):
        desk.checkout()
    desk.checkout()
    desk.checkout()

    assert len(desk.doubles.shop.ledger.payments()) == 1
    desk.close()


def test_a_provider_that_is_away_hides_no_other(desk: Desk) -> None:
    desk.control("faults", {"provider": "yookassa", "mode": "500", "calls": 50})

    assert ProviderName.YOOMONEY in desk.checkout().providers


def test_strangers_open_no_checkouts(desk: Desk) -> None:
    assert desk.http.post("/checkouts", json={}).status_code == 401
