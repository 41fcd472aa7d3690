# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin's day in the whole shop: every item of the menu, and what it does to whom."""

import re
import time
from datetime import timedelta

import pytest
import requests

from sandbox.customer import buttons
from sandbox.demo.access_steps import subscription_of
from sandbox.demo.money_steps import pay_by_yookassa
from sandbox.demo.story import Story
from sandbox.layout import COUNTRIES
from sandbox.programs import OWNER_TELEGRAM_ID
from tests.support.admin_office import FIRST_NAME, PATIENCE, TG_ID, USERNAME, Day, key
from tests.support.waiting import wait_until
from tg_bot.admin.names import Item

pytestmark = pytest.mark.timeout(240)


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
    day.ask(f"tgid={TG_ID}\nmonths+=120", "не больше чем на 1100 дней")
    day.ask(f"tgid={TG_ID}\ndays=3", "чтобы добавить")
    day.ask(f"tgid={TG_ID}\ndays+=-3", "точно изменить срок")
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
    day.press(key(Item.OWN_TIME, day.number), "сколько времени добавить")
    day.ask("10", r"\+10 дней")

    assert before.expires_at
    end = day.user().expires_at
    assert end
    added = end - before.expires_at
    assert timedelta(days=133) <= added <= timedelta(days=137)


def test_new_link_ban_unban_and_revoke_reach_the_servers(day: Day) -> None:
    old = subscription_of(day.olga)
    day.ask(f"tgid={TG_ID}", "С нами с")
    day.press(key(Item.NEW_LINK, day.number), "сменить личную ссылку")
    day.press(key(Item.ACT_GO, day.number, Item.NEW_LINK), "Новая ссылка готова")
    day.olga.say("/menu")
    assert subscription_of(day.olga) != old
    assert requests.get(old, timeout=30).status_code == 404

    day.open_card()
    day.press(key(Item.BAN, day.number), "забанить")
    day.press(key(Item.ACT_GO, day.number, Item.BAN), "В бане")
    wait_until(lambda: not day.served_by(), PATIENCE)
    day.open_card()
    day.press(key(Item.UNBAN, day.number), "снять бан")
    day.press(key(Item.ACT_GO, day.number, Item.UNBAN), "Бан снят")
    wait_until(lambda: sorted(day.served_by()) == sorted(COUNTRIES), PATIENCE)
    day.open_card()
    day.press(key(Item.REVOKE, day.number), "закрыть доступ прямо сейчас")
    day.press(key(Item.ACT_GO, day.number, Item.REVOKE), "Доступ закрыт")
    wait_until(lambda: not day.served_by(), PATIENCE)
    assert "Доступ закончился" in day.open_card()


def test_a_message_reaches_her_as_it_was_shown(day: Day) -> None:
    after = day.olga.now()
    day.ask(f"tgid={TG_ID}", "С нами с")
    day.press(key(Item.MESSAGE, day.number), "что отправить")
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

    assert 2.99 <= took < PATIENCE, "never early"


def test_the_numbers_come_with_their_picture(day: Day) -> None:
    after = day.admin.now()
    day.open_item(Item.NUMBERS, "Цифры")

    message = day.admin.message("Выручка сегодня", after=after)
    picture = day.admin.message("Последние 30 дней", after=after, within=PATIENCE)
    assert picture["kind"] == "photo"
    assert message["text"].count("🟢") == len(COUNTRIES)
    earned = re.search(r"Выручка сегодня: (\d+)\s₽", message["text"])
    assert earned
    assert int(earned[1]) >= 199, "others may have bought in the same shop"


def test_exit_leaves_whatever_is_asked(day: Day) -> None:
    day.open_item(Item.FIND, "Пришлите что-нибудь одно")
    day.ask("EXIT", "Вышли, ничего не сделано")
    day.ask(f"@{USERNAME}", "на кнопках ниже")


def test_logs_tell_no_name_message_or_form(day: Day) -> None:
    for service in ("tg_bot", "main_api", "notify_service"):
        text = (day.shop.layout.logs / f"{service}.log").read_text(errors="replace")
        assert text.strip()
        for secret in (FIRST_NAME, USERNAME, "Всё починили", "months+=1"):
            assert secret not in text, service
