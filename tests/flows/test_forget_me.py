# ruff: noqa: RUF001 -- what the bot says in Russian
"""A customer who deletes his data in the running shop: gone from every core, file and database."""

import time

import pytest

from common.errors import NotFound
from common.storage.connect import connect
from common.storage.protocol import Document
from models.buttons import Button, callback
from sandbox.customer import Customer
from sandbox.layout import COUNTRIES
from sandbox.shop import Sandbox
from tg_bot.names import Name

USERNAME = "vera_canary"
DEADLINE_SECONDS = 30.0

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def vera(shop: Sandbox) -> Customer:
    """On the trial, and on every server."""
    vera = Customer.join(shop.layout.url("telegram"), "Вера-канарейка", "ru", USERNAME)
    vera.say("/start")
    vera.press(callback(Button.TRIAL))
    vera.message("Пробный доступ открыт")
    return vera


def user_document(shop: Sandbox) -> Document:
    database = connect(f"embedded://{shop.layout.state('main')}", name="main")
    found = database["users"].find_one({"username_lower": USERNAME})
    database.close()
    assert found is not None
    return found


def whole(shop: Sandbox, name: str, collections: tuple[str, ...]) -> str:
    database = connect(f"embedded://{shop.layout.state(name)}", name=name)
    everything = str([list(database[it].find({})) for it in collections])
    database.close()
    return everything


def remembered(shop: Sandbox) -> str:
    main = whole(shop, "main", ("users", "orders", "payment_facts", "audit", "referral_codes"))
    return main + whole(shop, "notify", ("notices",))


def test_a_customer_deletes_his_data_and_begins_anew(shop: Sandbox, vera: Customer) -> None:
    before = user_document(shop)
    user_id = before["_id"]
    assert str(vera.user_id) in remembered(shop)

    vera.say("/profile")
    vera.press(callback(Name.FORGET_ME))
    vera.message("Сразу исчезнут")
    vera.press(callback(Name.FORGET_ME, "yes", user_id))
    vera.message("Ваши данные удалены")

    deadline = time.monotonic() + DEADLINE_SECONDS
    while str(vera.user_id) in remembered(shop) and time.monotonic() < deadline:
        time.sleep(0.2)  # a server that was busy is told by the jobs
    left = remembered(shop)
    assert str(vera.user_id) not in left
    assert USERNAME not in left
    assert before["access_secret"] not in left
    with pytest.raises(NotFound):
        shop.operator.user(user_id)
    for country in COUNTRIES:
        users = shop.operator.users(country).users
        assert not [it for it in users if it.key == f"u{user_id}" and it.active]

    asked = vera.now()
    vera.say("/start")
    vera.message("Рады видеть вас снова", after=asked)
    anew = user_document(shop)
    assert anew["_id"] != user_id
    assert anew["trial_taken_at"] is not None
    assert anew["expires_at"] is None
