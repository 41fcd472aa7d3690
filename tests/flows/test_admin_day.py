# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin's day in the whole shop: every item of the menu, and what a stranger gets of it."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests

from models.buttons import callback
from models.users import User
from sandbox.customer import Customer, buttons
from sandbox.demo.access_steps import subscription_of
from sandbox.demo.money_steps import pay_by_yookassa
from sandbox.demo.story import Story
from sandbox.layout import COUNTRIES
from sandbox.programs import OWNER_TELEGRAM_ID
from sandbox.shop import Sandbox
from tests.support.waiting import wait_until
from tg_bot.admin.names import Item
from tg_bot.admin.registry import SCREENS
from tg_bot.names import Name

TG_ID, USERNAME, FIRST_NAME = 46537428, "e9r_3", "Ольга-канарейка"
PATIENCE = 30.0
NAMES = [*SCREENS, "nonsense"]
A_FEW_EACH = [NAMES[at : at + 6] for at in range(0, len(NAMES), 6)]
"""As many as one person may press before he is asked to slow down."""

pytestmark = pytest.mark.timeout(240)


def key(name: str, *arguments: str | int) -> str:
    return callback(Name.ADMIN, name, *arguments)


@dataclass
class Day:
    shop: Sandbox
    admin: Customer
    olga: Customer
    number: int = 0
    """Olga's number as our user, from her card."""

    def user(self) -> User:
        return self.shop.operator.user(self.number)

    def served_by(self) -> list[str]:
        """Countries whose cores have Olga now."""
        return [
            country
            for country in COUNTRIES
            for one in self.shop.operator.users(country).users
            if one.key == f"u{self.number}" and one.active and one.in_core is not False
        ]

    def ask(self, words: str, answer: str) -> str:
        after = self.admin.now()
        self.admin.say(words)
        return str(self.admin.message(answer, after=after, within=PATIENCE)["text"])

    def press(self, data: str, answer: str) -> str:
        after = self.admin.now()
        self.admin.press(data)
        return str(self.admin.message(answer, after=after, within=PATIENCE)["text"])

    def open_item(self, item: Item, answer: str) -> None:
        self.ask("/admin", "Меню админа")
        self.press(key(item), answer)

    def open_card(self) -> str:
        return self.press(key(Item.CARD, self.number), "С нами с")


def joined(shop: Sandbox, **person: Any) -> Customer:
    url = shop.layout.url("telegram")
    answer = requests.post(f"{url}/sandbox/api/users", json=person, timeout=10)
    answer.raise_for_status()
    return Customer(url, int(answer.json()["id"]))


@pytest.fixture(scope="module")
def day(shop: Sandbox) -> Iterator[Day]:
    """Olga has the paper's own id and name, and is on trial."""
    admin = Customer(shop.layout.url("telegram"), int(OWNER_TELEGRAM_ID))
    olga = joined(shop, id=TG_ID, first_name=FIRST_NAME, username=USERNAME, language_code="ru")
    olga.say("/start")
    olga.press(callback("subTrial"))
    olga.message("Пробный доступ открыт")
    admin.say("/start")
    admin.message("Добро пожаловать")
    day = Day(shop, admin, olga)
    day.open_item(Item.FIND, "Пришлите что-нибудь одно")
    card = day.ask(f"tgid={TG_ID}", "С нами с")
    found = re.search(r"№ (\d+)", card)
    assert found
    day.number = int(found[1])
    yield day
    shop.keep_logs()


def test_find_by_the_papers_forms_and_by_what_else_one_has(day: Day) -> None:
    day.open_item(Item.FIND, "Пришлите что-нибудь одно")
    for words in (
        f"tgid={TG_ID}", f"username={USERNAME}", f"@{USERNAME}", str(TG_ID), str(day.number),
    ):  # fmt: skip
        card = day.ask(words, "С нами с")
        assert f"{FIRST_NAME} (@{USERNAME})\nTelegram {TG_ID}" in card
        assert "Пробный доступ до" in card
        assert card.count("🟢") == len(COUNTRIES)
    day.ask("tgid=98472894", "Такого пользователя нет")


def test_the_papers_form_adds_time_on_all_servers(day: Day) -> None:
    before = day.user().expires_at
    day.open_item(Item.ADD_TIME, "строки в любом порядке")
    told = day.ask(f"tgid={TG_ID}\nmonths+=1\ndays+=3", r"\+1 месяц \+3 дня")
    assert "Все серверы обновлены" in told
    after = day.user().expires_at
    assert before
    assert after
    assert timedelta(days=33) <= after - before <= timedelta(days=34, hours=1)

    day.ask(f"  days += 3 \n\nusername={USERNAME}", r"\+3 дня")
    assert day.user().expires_at == after + timedelta(days=3)
    assert sorted(day.served_by()) == sorted(COUNTRIES)
    known = [
        one.expires_at
        for country in COUNTRIES
        for one in day.shop.operator.users(country).users
        if one.key == f"u{day.number}"
    ]
    assert {abs(it - after - timedelta(days=3)) < timedelta(seconds=1) for it in known} == {True}


def test_she_is_told_on_request(day: Day) -> None:
    after = day.olga.now()
    day.ask(f"tgid={TG_ID}\ndays+=3", r"\+3 дня")
    day.press(key(Item.TELL, day.number, "time", 0, 3), "Отправляем сообщение")

    day.olga.message("Мы добавили вам время: 3 дня", after=after, within=PATIENCE)


def test_too_much_and_too_little_are_refused_and_asked_about(day: Day) -> None:
    before = day.user()
    day.ask(f"tgid={TG_ID}\nmonths+=120", "не больше, чем 1100 дней")
    day.ask(f"tgid={TG_ID}\ndays=3", "чтобы добавить")
    day.ask(f"tgid={TG_ID}\ndays+=-3", "Точно изменить доступ")
    assert day.user().expires_at == before.expires_at
    day.press(key(Item.TIME_GO, day.number, 0, -3), "−3 дня")
    assert before.expires_at
    assert day.user().expires_at == before.expires_at - timedelta(days=3)


def test_keys_of_the_card_add_time_once_each(day: Day) -> None:
    before = day.user()
    day.ask(f"tgid={TG_ID}", "С нами с")
    for amount, told in (((0, 3), r"\+3 дня"), ((1, 0), r"\+1 месяц"), ((3, 0), r"\+3 месяца")):
        day.press(key(Item.TIME_GO, day.number, *amount), told)
        day.open_card()
    day.press(key(Item.OWN_TIME, day.number), "Сколько времени добавить")
    day.ask("10", r"\+10 дней")

    assert before.expires_at
    end = day.user().expires_at
    assert end
    added = end - before.expires_at
    assert timedelta(days=133) <= added <= timedelta(days=137)


def test_new_link_ban_unban_and_revoke_reach_the_servers(day: Day) -> None:
    old = subscription_of(day.olga)
    day.ask(f"tgid={TG_ID}", "С нами с")
    day.press(key(Item.NEW_LINK, day.number), "Новая личная ссылка")
    day.press(key(Item.ACT_GO, day.number, Item.NEW_LINK), "Новая ссылка готова")
    day.olga.say("/menu")
    assert subscription_of(day.olga) != old
    assert requests.get(old, timeout=10).status_code == 404

    day.open_card()
    day.press(key(Item.BAN, day.number), "Забанить")
    day.press(key(Item.ACT_GO, day.number, Item.BAN), "В бане")
    wait_until(lambda: not day.served_by(), PATIENCE)
    day.open_card()
    day.press(key(Item.UNBAN, day.number), "Снять бан")
    day.press(key(Item.ACT_GO, day.number, Item.UNBAN), "Бан снят")
    wait_until(lambda: sorted(day.served_by()) == sorted(COUNTRIES), PATIENCE)
    day.open_card()
    day.press(key(Item.REVOKE, day.number), "Закрыть доступ прямо сейчас")
    day.press(key(Item.ACT_GO, day.number, Item.REVOKE), "Доступ закрыт")
    wait_until(lambda: not day.served_by(), PATIENCE)
    assert "Доступ закончился" in day.open_card()


def test_a_message_reaches_her_as_it_was_shown(day: Day) -> None:
    after = day.olga.now()
    day.ask(f"tgid={TG_ID}", "С нами с")
    day.press(key(Item.MESSAGE, day.number), "Что отправить")
    day.ask("Здравствуйте! Всё починили. tgid=1", "Так это увидит")
    assert day.olga.count("Всё починили", after=after) == 0
    day.press(key(Item.MESSAGE_GO, day.number), "Доставлено")

    message = day.olga.message(r"^Здравствуйте! Всё починили\. tgid=1$", after=after)
    assert [one["text"] for one in buttons(message)] == ["💬 Поддержка"]


def test_payments_and_history_are_told(day: Day) -> None:
    after = day.olga.now()
    pay_by_yookassa(Story(day.shop, anna=day.olga, boris=day.olga))
    day.olga.message("Оплата получена", after=after, within=PATIENCE)
    card = day.ask(f"tgid={TG_ID}", "С нами с")
    assert "1 платёж" in card
    assert "✅ оплачен" in day.press(key(Item.PAYMENTS, day.number), "Платежи")
    day.open_card()
    history = day.press(key(Item.AUDIT, day.number), "История")
    for word in ("время", "новая ссылка", "бан", "доступ закрыт", "сообщение"):
        assert word in history
    assert OWNER_TELEGRAM_ID in history


def test_a_test_push_comes_when_it_is_due(day: Day) -> None:
    day.open_item(Item.TEST_PUSH, "Через сколько секунд")
    day.ask("soon", "не целое число")
    began, after = time.monotonic(), day.admin.now()
    day.admin.say("3")
    day.admin.message("Пуш придёт через 3 секунды", after=after)
    day.admin.message("Это проверка|Это тест", after=after, within=PATIENCE)
    took = time.monotonic() - began

    assert 1.9 <= took < PATIENCE, "counted from the whole second of the message"


def test_the_numbers_come_with_their_picture(day: Day) -> None:
    after = day.admin.now()
    day.open_item(Item.NUMBERS, "Цифры")

    message = day.admin.message("Выручка сегодня", after=after)
    picture = day.admin.message("Последние 30 дней", after=after, within=PATIENCE)
    assert picture["kind"] == "photo"
    assert message["text"].count("🟢") == len(COUNTRIES)
    assert "199" in message["text"]


def test_exit_leaves_whatever_is_asked(day: Day) -> None:
    day.open_item(Item.FIND, "Пришлите что-нибудь одно")
    day.ask("EXIT", "Вышли, ничего не сделано")
    day.ask(f"@{USERNAME}", "на кнопках ниже")


@pytest.mark.parametrize("names", A_FEW_EACH, ids=" ".join)
def test_a_stranger_presses_every_key_by_hand_and_gets_what_any_user_gets(
    day: Day, names: list[str]
) -> None:
    """The same words, the same keys under them, and nothing done."""
    stranger = Customer.join(day.shop.layout.url("telegram"), "Чужой", "ru", "stranger")
    stranger.say("/start")
    stranger.message("Добро пожаловать")
    unknown = answer_to(day, stranger, "s1:noSuchKey")
    before = day.user()
    for name in names:
        for arguments in ((), (day.number,), (day.number, 1, 0, "r1")):
            assert answer_to(day, stranger, key(name, *arguments)) == unknown, name

    assert day.user() == before


def test_a_stranger_writes_what_an_admin_writes_and_gets_what_any_user_gets(day: Day) -> None:
    stranger = Customer.join(day.shop.layout.url("telegram"), "Чужой", "ru", "stranger2")
    stranger.say("/start")
    stranger.message("Добро пожаловать")
    before = day.user()
    answers = []
    for words in (
        "/nonsense", "/admin", f"tgid={TG_ID}\nmonths+=1", f"username={USERNAME}", "EXIT", "123456",
    ):  # fmt: skip
        after = stranger.now()
        stranger.say(words)
        answers.append(shown(stranger.message("", after=after)))

    assert answers == [answers[0]] * len(answers)
    assert day.user() == before


def test_logs_tell_no_name_message_or_form(day: Day) -> None:
    for service in ("tg_bot", "main_api", "notify_service"):
        text = (day.shop.layout.logs / f"{service}.log").read_text(errors="replace")
        assert text.strip()
        for secret in (FIRST_NAME, USERNAME, "Всё починили", "months+=1"):
            assert secret not in text, service


def shown(message: dict[str, Any]) -> tuple[Any, ...]:
    return message["kind"], message["text"], message["entities"], message["keyboard"]


def answer_to(day: Day, person: Customer, data: str) -> tuple[Any, ...]:
    """What a press by hand, of a key that nobody shows, brings."""
    after, url = person.now(), day.shop.layout.url("telegram")
    user = {"id": person.user_id, "is_bot": False, "first_name": "Чужой", "language_code": "ru"}
    query = {
        "id": str(time.monotonic_ns()), "chat_instance": "1", "data": data, "from": user,
        "message": {
            "message_id": 1, "date": 0,
            "chat": {"id": person.user_id, "type": "private", "first_name": "Чужой"},
        },
    }  # fmt: skip
    requests.post(
        f"{url}/sandbox/api/updates", json={"callback_query": query}, timeout=10
    ).raise_for_status()
    return shown(person.message("", after=after, within=PATIENCE))
