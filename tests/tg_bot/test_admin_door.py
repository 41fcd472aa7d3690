# ruff: noqa: RUF001 -- what the bot says in Russian
"""Who may enter the admin's menu, what the rest of the world sees of it, and the second factor."""

from datetime import timedelta

import pytest
from pyotp.totp import TOTP

from models.buttons import callback
from tests.support.clock import FakeClock
from tests.support.fake_main_api import FakeMainApi
from tests.support.waiting import wait_until
from tests.tg_bot.conftest import ADMIN, StartBot
from tests.tg_bot.people import Someone
from tg_bot.admin.names import Item
from tg_bot.admin.registry import SCREENS
from tg_bot.admin.totp import SecondFactor, Verdict
from tg_bot.bot import Bot
from tg_bot.database import Database
from tg_bot.names import Name
from tg_bot.states import States

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NAMES = [*SCREENS, "nonsense"]
A_FEW_EACH = [NAMES[at : at + 3] for at in range(0, len(NAMES), 3)]
"""As many as one person may press before he is asked to slow down."""

FORGED = (("",), ("x", "y"), ("-1",), ("9" * 16,), ("0", "time", "1", "1", "1"))
PLAUSIBLE = ((), ("1",), ("2", "1", "0"), ("2", "0", "3", "1"), ("1", "ban", "1"))


def test_an_admin_opens_the_menu(bot: Bot, admin: Someone) -> None:
    assert bot.is_listening()
    admin.start()
    admin.say("/admin")

    admin.sees("Меню админа")


def test_only_the_admins_own_chat_offers_the_command(
    bot: Bot, admin: Someone, anya: Someone
) -> None:
    assert bot.is_listening()
    admin.start()
    anya.start()
    admin.say("/admin")
    admin.sees("Меню админа")
    anya.sees("Добро пожаловать")

    offered, others = (
        [one["command"] for one in someone.running.chat(someone.id)["commands"]]
        for someone in (admin, anya)
    )
    assert offered == [*others, "admin"]


def test_a_stranger_gets_for_the_command_what_he_gets_for_any_unknown_one(
    bot: Bot, anya: Someone
) -> None:
    assert bot.is_listening()
    anya.start()
    for number, words in enumerate(("/nonsense", "/admin", "EXIT", "tgid=1\ndays+=3", "123456"), 2):
        anya.say(words)
        anya.has_messages(number)

    unknown, *others = anya.from_bot()[1:]
    for one in others:
        assert (one["text"], one["entities"], one["keyboard"]) == (
            unknown["text"], unknown["entities"], unknown["keyboard"],
        )  # fmt: skip


@pytest.mark.parametrize("names", A_FEW_EACH, ids=" ".join)
def test_a_stranger_gets_for_a_forged_key_what_he_gets_for_any_unknown_one(
    bot: Bot, anya: Someone, main_api: FakeMainApi, names: list[str]
) -> None:
    assert bot.is_listening()
    anya.start()
    anya.sees("Добро пожаловать")
    anya.inject_press("s1:noSuchKey")
    anya.has_messages(2)
    user_before = main_api.by_telegram(anya.id)
    forged = [callback(Name.ADMIN, name, *given) for name in names for given in PLAUSIBLE]
    for number, data in enumerate(forged, 3):
        anya.inject_press(data, message_id=1000 + number)
        anya.has_messages(number)

    unknown, *others = anya.from_bot()[1:]
    for one in others:
        assert (one["text"], one["entities"], one["keyboard"]) == (
            unknown["text"], unknown["entities"], unknown["keyboard"],
        )  # fmt: skip
    assert main_api.by_telegram(anya.id) == user_before


def test_a_forged_or_old_key_of_an_admin_leads_to_the_menu(bot: Bot, admin: Someone) -> None:
    assert bot.is_listening()
    admin.start()
    admin.sees("Добро пожаловать")
    admin.inject_press(callback(Name.ADMIN, "nonsense"))

    admin.sees("Это уже устарело")


def test_what_an_admin_forges_himself_is_no_trouble_either(
    bot: Bot, admin: Someone, main_api: FakeMainApi
) -> None:
    assert bot.is_listening()
    admin.start()
    admin.sees("Добро пожаловать")
    before = dict(main_api.users)
    taking = [name for name in SCREENS if not name.startswith((Item.BROADCAST, Item.NUMBERS))]
    forged = [callback(Name.ADMIN, name, *given) for name in taking for given in FORGED]
    for number, data in enumerate(forged, 2):
        admin.inject_press(data, message_id=1000 + number)
        admin.has_messages(number)

    assert not [text for text in admin.texts() if "пошло не так" in text]
    assert main_api.users == before


def test_the_customers_commands_and_words_stay_the_admins_too(bot: Bot, admin: Someone) -> None:
    assert bot.is_listening()
    admin.start()
    admin.sees("Добро пожаловать")
    admin.say("hello")
    admin.sees("на кнопках ниже")
    admin.say("/menu")
    admin.sees("У вас пока нет доступа")


class TestSecondFactor:
    @pytest.fixture
    def totp_secrets(self) -> dict[int, str]:
        return {ADMIN: SECRET}

    def test_the_code_is_asked_taken_once_and_deleted(
        self, start_bot: StartBot, admin: Someone, clock: FakeClock
    ) -> None:
        start_bot()
        admin.start()
        admin.say("/admin")
        admin.sees("шесть цифр")
        code = TOTP(SECRET).at(clock())
        admin.say(code)
        admin.sees("Меню админа")

        assert code not in admin.running.texts(admin.id)
        start_bot()
        admin.say("/admin")
        wait_until(lambda: len(admin.from_bot()) == 4)
        assert "Меню админа" in admin.texts()[-1]

    def test_after_twelve_hours_it_is_asked_again_and_an_old_code_is_refused(
        self, bot: Bot, admin: Someone, clock: FakeClock
    ) -> None:
        assert bot.is_listening()
        admin.start()
        admin.say("/admin")
        admin.sees("шесть цифр")
        admin.say(TOTP(SECRET).at(clock()))
        admin.sees("Меню админа")
        clock.advance(hours=12, seconds=1)

        admin.inject_press(callback(Name.ADMIN, Item.MENU))
        admin.has_messages(4)
        assert "шесть цифр" in admin.texts()[-1]
        admin.say(TOTP(SECRET).at(clock() - timedelta(hours=12)))
        admin.sees("Код неверный")

    def test_the_same_code_does_not_open_twice_and_neither_does_an_earlier_one(
        self, database: Database, clock: FakeClock
    ) -> None:
        factor = SecondFactor({ADMIN: SECRET}, States(database, clock), clock)
        code, earlier = (TOTP(SECRET).at(clock() - timedelta(seconds=s)) for s in (0, 30))

        assert factor.judge(ADMIN, code, message_id=1) is Verdict.RIGHT
        assert factor.judge(ADMIN, code, message_id=1) is Verdict.RIGHT, "the same message again"
        assert factor.judge(ADMIN, code, message_id=2) is Verdict.WRONG
        assert factor.judge(ADMIN, earlier, message_id=3) is Verdict.WRONG
        clock.advance(seconds=30)
        assert factor.judge(ADMIN, code, message_id=4) is Verdict.WRONG
        assert factor.judge(ADMIN, TOTP(SECRET).at(clock()), message_id=5) is Verdict.RIGHT

    def test_five_wrong_codes_bring_a_pause_in_which_even_the_right_one_is_refused(
        self, start_bot: StartBot, admin: Someone, clock: FakeClock
    ) -> None:
        start_bot()
        admin.start()
        admin.say("/admin")
        admin.sees("шесть цифр")
        for number in range(5):
            admin.say("000000")
            admin.has_messages(3 + number)
        assert "Слишком много" in admin.texts()[-1]
        start_bot()
        admin.say(TOTP(SECRET).at(clock()))
        admin.has_messages(8)
        assert "Слишком много" in admin.texts()[-1]

        clock.advance(minutes=16)
        admin.say("/admin")
        admin.has_messages(9)
        admin.say(TOTP(SECRET).at(clock()))
        admin.sees("Меню админа")

    @pytest.mark.parametrize("part", range(3))
    def test_without_the_code_nothing_is_obeyed(
        self, bot: Bot, admin: Someone, main_api: FakeMainApi, part: int
    ) -> None:
        assert bot.is_listening()
        admin.start()
        admin.sees("Добро пожаловать")
        for number, name in enumerate(list(SCREENS)[part::3], 2):
            admin.inject_press(callback(Name.ADMIN, name, "1"), message_id=1000 + number)
            admin.has_messages(number)
            assert "шесть цифр" in admin.texts()[-1]
        assert main_api.by_telegram(admin.id).revision == 0
