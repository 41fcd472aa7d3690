"""Money that no notification told of is found at the provider."""

import logging
from pathlib import Path

import pytest

from models.codes import ProviderName
from payments_webhook.money import card_net, consistent_with, wallet_net
from tests.support.desk import PRICE, TOKEN, Desk


def sweep(desk: Desk, **after: float) -> None:
    desk.clock.advance(**after)
    desk.deps.worker.sweep()
    desk.settle()


def test_a_yookassa_payment_whose_event_never_came_is_found(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    payment_id = desk.pay_by_yookassa()

    sweep(desk, minutes=2)

    assert [fact.external_id for fact in desk.main.facts.values()] == [payment_id]


def test_an_open_payment_is_asked_about_less_and_less(desk: Desk) -> None:
    desk.checkout()
    desk.to_yookassa()
    asked = 0
    for _ in range(60):
        desk.clock.advance(minutes=1)
        asked += len(desk.deps.checkouts.to_check(9))
        desk.deps.providers[ProviderName.YOOKASSA].reconcile()

    assert 10 < asked < 25


def test_a_link_that_died_is_told_as_canceled(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    desk.to_yookassa()

    sweep(desk, hours=2)

    assert [str(fact.kind) for fact in desk.main.facts.values()] == ["canceled"]
    assert desk.deps.checkouts.to_check(9) == []


@pytest.mark.parametrize("way", ["AC", "PC"])
def test_a_transfer_whose_notifications_never_came_is_found(desk: Desk, way: str) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    arrived = desk.doubles.wallet.receive("order-1", PRICE, "PC" if way == "PC" else "AC")

    for _ in range(3):
        sweep(desk, minutes=1)

    (fact,) = desk.main.facts.values()
    assert (fact.external_id, fact.paid_kopecks) == (arrived.operation_id, PRICE)
    assert fact.received_kopecks == arrived.amount


def test_a_transfer_of_less_is_left_to_the_owner(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    desk.doubles.wallet.receive("order-1", PRICE - 10_00, "AC")

    sweep(desk, minutes=1)

    assert [fact.paid_kopecks for fact in desk.main.facts.values()] == [None]
    assert b'data-state="pay"' in desk.http.get("/pay/order-1").data


def test_what_a_notification_has_told_is_not_told_again(desk: Desk) -> None:
    desk.checkout()
    desk.doubles.wallet.receive("order-1", PRICE, "AC")
    desk.heard(1)
    desk.settle()

    sweep(desk, minutes=1)

    assert (desk.main.calls, len(desk.rows())) == (1, 1)


def test_frozen_money_is_found_once_it_is_accepted(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"unaccepted": True})
    desk.pay_by_wallet()
    desk.heard(1)
    sweep(desk, minutes=1)
    assert desk.main.facts == {}

    desk.accept_frozen()
    sweep(desk, minutes=1)

    assert [fact.paid_kopecks for fact in desk.main.facts.values()] == [PRICE]


def test_transfers_that_are_not_for_orders_of_ours_are_nobodys_business(desk: Desk) -> None:
    desk.control("switches", {"drop": -1})
    desk.doubles.wallet.receive("", 500_00, "PC")
    desk.doubles.wallet.receive("rent", 500_00, "PC")

    sweep(desk, minutes=1)

    assert desk.rows() == []


def test_old_money_is_found_behind_many_pages_after_a_long_absence(desk: Desk) -> None:
    desk.checkout()
    desk.control("switches", {"drop": -1})
    desk.doubles.wallet.receive("order-1", PRICE, "AC")
    for _ in range(230):
        desk.doubles.wallet.transfers.receive("", 100, "PC")

    sweep(desk, days=3)

    assert len(desk.main.facts) == 1


def test_a_dead_token_is_told_and_stops_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(tmp_path, yoomoney_token="dead")
    desk.checkout()
    desk.control("switches", {"drop": -1})
    desk.pay_by_yookassa()

    with caplog.at_level(logging.WARNING):
        sweep(desk, minutes=2)

    assert "yoomoney cannot be reconciled now" in caplog.text
    assert TOKEN not in caplog.text
    assert len(desk.main.facts) == 1
    desk.close()


@pytest.mark.parametrize("price", [1_00, 199_00, 549_00, 999_00, 1_799_00, 12_345_67])
def test_a_net_sum_tells_the_price_by_either_fee(price: int) -> None:
    assert consistent_with(card_net(price), price)
    assert consistent_with(wallet_net(price), price)
    assert consistent_with(price, price)
    assert not consistent_with(card_net(price) - 2, price)
    assert not consistent_with(card_net(price * 9 // 10), price)
