# ruff: noqa: RUF001 -- what the bot says in Russian
"""A customer's way through the bot, over the real Bot API emulator."""

from datetime import timedelta

import pytest

from models.buttons import Button, callback
from models.codes import OrderStatus
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.people import Someone
from tg_bot.names import Name

pytestmark = pytest.mark.usefixtures("bot")


def test_start_greets_in_the_persons_language_and_offers_the_other(
    anya: Someone, bob: Someone
) -> None:
    anya.start()
    bob.start()

    anya.sees("Добро пожаловать в Keyland")
    bob.sees("Welcome to Keyland")
    assert {"🇬🇧 English"} < {key["text"] for key in anya.buttons()}
    assert {"🇷🇺 Русский"} < {key["text"] for key in bob.buttons()}


def test_the_language_can_be_switched_and_stays(anya: Someone, main_api: FakeMainApi) -> None:
    anya.start()
    anya.sees("Добро пожаловать")

    anya.press(callback(Name.LANGUAGE, "en"))

    anya.sees("from now on in English")
    assert main_api.by_telegram(anya.id).language == "en"
    anya.say("/language")
    anya.sees("Which language")


def test_a_stranger_is_at_the_payment_page_in_at_most_five_taps(
    anya: Someone, main_api: FakeMainApi
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    taps = 0
    for name, then in [(Button.RENEW, "Тарифы"), (Name.PAY, "К оплате")]:
        key = next(key for key in anya.buttons() if key.get("data", "").startswith(callback(name)))
        anya.press(key["data"])
        anya.sees(then)
        taps += 1
    pay = next(key for key in anya.buttons() if "/pay/" in key.get("url", ""))
    taps += 1

    assert pay["url"].endswith("/pay/order-1")
    assert taps <= 5
    assert main_api.orders["order-1"].payment.user_id == main_api.by_telegram(anya.id).user_id


def test_the_trial_leads_to_the_link_its_copy_key_and_every_region(anya: Someone) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.TRIAL))
    anya.sees("Пробный доступ открыт")
    anya.press(callback(Button.CONNECT))
    anya.sees("Ваша личная ссылка")

    assert "https://keys.keyland.test/sub/token-of-1" in [
        k.get("copy_text") for k in anya.buttons()
    ]
    anya.press(callback(Button.CHANGE_REGION, "finland"))
    finland = anya.sees("Финляндия")
    assert "vless://id-1@192.0.2.1:443?type=tcp&security=none#finland" in finland["text"]
    anya.press(callback(Button.MENU))
    anya.sees("Осталось 3 дня")


def test_a_second_press_on_the_trial_tells_kindly_how_it_stands(
    anya: Someone, main_api: FakeMainApi, clock: FakeClock
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.TRIAL))
    anya.sees("Пробный доступ открыт")
    end = main_api.by_telegram(anya.id).expires_at

    anya.inject_press(callback(Button.TRIAL))
    clock.advance(days=4)
    anya.inject_press(callback(Button.TRIAL), message_id=77)

    anya.sees("Пробный доступ даётся один раз")
    assert main_api.by_telegram(anya.id).expires_at == end


def test_the_qr_code_comes_as_a_photo_and_the_way_back_works(anya: Someone) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.TRIAL))
    anya.sees("Пробный доступ открыт")
    anya.press(callback(Button.CONNECT))
    anya.sees("Ваша личная ссылка")
    anya.press(callback(Name.QR))

    photo = anya.sees("наведите его камеру")
    assert photo["kind"] == "photo"
    anya.press(callback(Button.MENU))
    anya.sees("Осталось 3 дня")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (OrderStatus.PENDING, "Платёж пока не пришёл"),
        (OrderStatus.PAID, "Открываем доступ"),
        (OrderStatus.GRANTED, "Спасибо! Оплата получена"),
        (OrderStatus.CANCELED, "Платёж отменён"),
        (OrderStatus.UNDERPAID, "Пришло меньше"),
        (OrderStatus.REFUNDED, "возвращены"),
    ],
)
def test_back_from_the_payment_page_the_bot_knows_how_it_went(
    anya: Someone, main_api: FakeMainApi, status: OrderStatus, said: str
) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.RENEW))
    anya.sees("Тарифы")
    anya.press(callback(Name.PAY, "month"))
    anya.sees("К оплате: 199")
    main_api.settle("order-1", status)

    anya.press(callback(Name.ORDER, "order-1"))

    anya.sees(said)


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
    anya.sees("1\N{NO-BREAK SPACE}490,50\N{NO-BREAK SPACE}₽")
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


def test_help_goes_from_the_system_to_the_app(anya: Someone) -> None:
    anya.say("/help")
    anya.sees("Что подключаем?")
    for system, app in [("ios", "v2RayTun"), ("windows", "Hiddify")]:
        anya.press(callback(Name.HELP, system))
        assert "буфера обмена" in anya.sees(app)["text"]
        anya.press(callback(Name.HELP))
        anya.sees("Что подключаем?")


def test_only_the_bots_own_screens_are_edited_a_notice_stays(
    anya: Someone, telegram_notice: int
) -> None:
    anya.press(callback(Button.PROFILE))

    anya.sees("Ваш профиль")
    assert anya.sees("Оплата получена, спасибо")["message_id"] == telegram_notice


@pytest.fixture
def telegram_notice(anya: Someone) -> int:
    """A receipt of notify_service, with a key of the bot's under it."""
    anya.start()
    anya.sees("Добро пожаловать")
    markup = {"inline_keyboard": [[{"text": "Профиль", "callback_data": callback(Button.PROFILE)}]]}
    sent = anya.running.call(
        "sendMessage", chat_id=anya.id, text="Оплата получена, спасибо", reply_markup=markup
    )
    return int(sent["message_id"])


def test_screens_are_edited_in_place(anya: Someone) -> None:
    anya.start()
    anya.sees("Добро пожаловать")
    for _ in range(3):
        anya.press(callback(Button.RENEW))
        anya.sees("Тарифы")
        anya.press(callback(Button.MENU))
        anya.sees("У вас пока нет доступа")

    assert len(anya.from_bot()) == 1
