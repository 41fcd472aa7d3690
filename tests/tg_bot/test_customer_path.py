# ruff: noqa: RUF001 -- what the bot says in Russian
"""A customer's way through the bot, over the real Bot API emulator."""

import pytest

from models.buttons import Button, callback
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


def test_keys_of_servers_that_are_not_ready_are_promised(
    anya: Someone, main_api: FakeMainApi
) -> None:
    main_api.countries = ()
    anya.start()
    anya.sees("Добро пожаловать")
    anya.press(callback(Button.TRIAL))
    anya.sees("Пробный доступ открыт")

    anya.inject_press(callback(Button.MY_KEYS))
    anya.sees("ключи готовятся")
    main_api.countries = ("finland",)
    anya.inject_press(callback(Button.CHANGE_REGION))

    anya.sees("все регионы уже есть")
