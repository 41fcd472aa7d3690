"""A friend comes by the link, tries, pays and has it refunded, in the running shop."""

import time
from datetime import timedelta

import pytest

from models.buttons import Button, callback
from models.users import User
from sandbox.customer import Customer
from sandbox.demo.money_steps import pay_by_yookassa
from sandbox.demo.story import Story
from sandbox.layout import COUNTRIES
from sandbox.shop import Sandbox
from tg_bot.names import Name

DEADLINE_SECONDS = 30.0
WAIT = 25.0

pytestmark = pytest.mark.timeout(150)


def user_of(shop: Sandbox, person: Customer) -> User:
    users = (shop.operator.user(user_id) for user_id in shop.operator.user_ids())
    return next(user for user in users if user.telegram_id == person.user_id)


def link_of(person: Customer) -> str:
    person.say("/menu")
    person.press(callback(Name.INVITE))
    person.message("Ваша ссылка")
    _, key = person.button(lambda it: "start=ref_" in str(it.get("copy_text", "")))
    return str(key["copy_text"])


def invited(shop: Sandbox, link: str) -> Customer:
    friend = Customer.join(shop.layout.url("telegram"), "Глеб", "ru", "gleb_friend")
    friend.say(f"/start {link.partition('start=')[2]}")
    friend.press(callback(Button.TRIAL))
    friend.message("Пробный доступ открыт")
    return friend


def seen(person: Customer, words: str) -> None:
    """On the friends' screen, opened anew."""
    before = person.now()
    person.say("/menu")
    person.press(callback(Name.INVITE), after=before)
    person.message(words, after=before)


def on_servers(shop: Sandbox, user_id: int) -> set[str]:
    return {
        country
        for country in COUNTRIES
        if any(it.key == f"u{user_id}" and it.active for it in shop.operator.users(country).users)
    }


def test_a_friends_payment_brings_ten_days_and_its_refund_takes_them(shop: Sandbox) -> None:
    inviter = Customer.join(shop.layout.url("telegram"), "Дина", "ru", "dina_inviter")
    inviter.say("/start")
    link = link_of(inviter)
    friend = invited(shop, link)
    seen(inviter, "Пришли по вашей ссылке: 1")
    assert user_of(shop, inviter).expires_at is None

    before, story = inviter.now(), Story(shop, friend, inviter)
    pay_by_yookassa(story)
    friend.message("Оплата получена", within=WAIT)
    inviter.message("10 дней в подарок", after=before, within=WAIT)

    rewarded = user_of(shop, inviter)
    assert rewarded.expires_at
    left = rewarded.expires_at - story.now()
    assert timedelta(days=9, hours=23) < left <= timedelta(days=10)
    assert not rewarded.ever_paid
    assert on_servers(shop, rewarded.user_id) == set(COUNTRIES)
    seen(inviter, r"Из них оплатили: 1\n.*Заработано: 10 дней")

    before = inviter.now()
    story.control("refund", order=story.facts["order"])
    inviter.message("Подаренные 10 дней больше не действуют", after=before, within=WAIT)

    after = user_of(shop, inviter)
    assert after.expires_at
    assert after.expires_at <= story.now()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while on_servers(shop, after.user_id) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert on_servers(shop, after.user_id) == set()
    seen(inviter, r"Из них оплатили: 0\n.*Заработано: 0 дней")
    assert inviter.count("в подарок!") == inviter.count("больше не действуют") == 1
