# ruff: noqa: RUF001 -- what the bot says in Russian
"""Paying: one order whatever is mashed, how it went, and what cannot be sold."""

from datetime import timedelta

import pytest

from models.buttons import Button, callback
from models.codes import OrderStatus
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.people import Someone
from tg_bot.names import Name

pytestmark = pytest.mark.usefixtures("bot")


OUTCOMES = {
    OrderStatus.PENDING: "Платёж пока не пришёл",
    OrderStatus.PAID: "Открываем доступ",
    OrderStatus.CANCELED: "Платёж отменён",
    OrderStatus.UNDERPAID: "Пришло меньше",
    OrderStatus.REFUNDED: "возвращены",
    OrderStatus.GRANTED: "Спасибо! Оплата получена",
}


def test_back_from_the_payment_page_the_bot_knows_how_it_went(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.RENEW))
    anya.sees("Тарифы")
    anya.press(callback(Name.PAY, "month"))
    anya.sees("К оплате: 199")

    for number, (status, said) in enumerate(OUTCOMES.items()):
        main_api.settle("order-1", status)
        anya.inject_press(callback(Name.ORDER, "order-1"), message_id=500 + number)
        anya.sees(said)


def test_who_asks_before_paying_finds_the_way_back_to_the_same_order(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.RENEW))
    anya.sees("Тарифы")
    anya.press(callback(Name.PAY, "month"))
    anya.sees("К оплате: 199")
    anya.press(callback(Name.ORDER, "order-1"))
    anya.sees("Платёж пока не пришёл")

    anya.press(callback(Name.PAY, "month"))

    anya.sees("К оплате: 199")
    assert list(main_api.orders) == ["order-1"]


def test_nobody_looks_at_another_persons_order(
    anya: Someone, bob: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.inject_press(callback(Name.PAY, "month"))
    anya.sees("К оплате")
    main_api.settle("order-1", OrderStatus.GRANTED)
    bob.start()
    bob.sees("Welcome")

    bob.inject_press(callback(Name.ORDER, "order-1"))

    bob.sees("There is no such order")


def test_mashing_the_pay_key_makes_one_order(anya: Someone, main_api: FakeMainApi) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.RENEW))
    anya.sees("Тарифы")
    for message_id in range(8):
        anya.inject_press(callback(Name.PAY, "month"), message_id=message_id + 100)
    anya.inject_press(callback(Button.PROFILE))

    anya.sees("Ваш профиль")
    assert [order.payment.tariff_id for order in main_api.orders.values()] == ["month"]


def test_after_it_is_paid_the_same_key_makes_a_new_order(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.inject_press(callback(Name.PAY, "month"))
    anya.sees("К оплате")
    main_api.settle("order-1", OrderStatus.GRANTED)

    anya.inject_press(callback(Name.PAY, "month"), message_id=5)
    anya.inject_press(callback(Button.PROFILE))

    anya.sees("Ваш профиль")
    assert len(main_api.orders) == 2


def test_after_the_end_every_way_leads_to_renewal(
    anya: Someone, main_api: FakeMainApi, clock: FakeClock
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.TRIAL))
    anya.sees("Пробный доступ открыт")
    clock.advance(days=3, seconds=1)

    anya.press(callback(Button.CONNECT))

    anya.sees("Ваш доступ закончился")
    anya.press(callback(Button.RENEW))
    anya.sees("Продление")
    anya.press(callback(Name.PAY, "year"))
    anya.sees("К оплате: 1\N{NO-BREAK SPACE}490,50\N{NO-BREAK SPACE}₽")
    main_api.settle("order-1", OrderStatus.GRANTED)
    anya.press(callback(Name.ORDER, "order-1"))
    anya.sees("Спасибо")


def test_a_provider_that_is_away_is_told_as_such_and_the_order_waits(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.no_provider = True
    anya.inject_press(callback(Name.PAY, "month"))
    anya.sees("Деньги не списаны")
    main_api.no_provider = False

    anya.press(callback(Name.PAY, "month"))

    anya.sees("К оплате")
    assert list(main_api.orders) == ["order-1"]


def test_an_endless_access_is_not_sold_on(
    anya: Someone, main_api: FakeMainApi, clock: FakeClock
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    user_id = main_api.by_telegram(anya.id).user_id
    main_api.extend(user_id, clock() + timedelta(days=1050))

    anya.inject_press(callback(Name.PAY, "month"))

    anya.sees("очень долгий срок")


def test_a_plan_that_is_no_longer_sold_leads_to_those_that_are(anya: Someone) -> None:
    anya.start()
    anya.sees("Добро пожаловать")

    anya.inject_press(callback(Name.PAY, "gone"))

    anya.sees("больше не продаётся")


def test_a_plan_withdrawn_between_two_taps_is_told_as_such(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    main_api.withdrawn = True

    anya.inject_press(callback(Name.PAY, "month"))

    anya.sees("больше не продаётся")
    assert not main_api.orders
