# ruff: noqa: RUF001 -- what the bot says in Russian
"""An admin at work in the whole sandbox, and Olga, who has the paper's own id and name."""

import re
from dataclasses import dataclass
from typing import Any

import requests

from models.admin import AuditLines
from models.buttons import callback
from models.users import User
from sandbox.customer import Customer
from sandbox.layout import COUNTRIES
from sandbox.programs import OWNER_TELEGRAM_ID
from sandbox.shop import Sandbox
from tg_bot.admin.names import Item
from tg_bot.names import Name

TG_ID, USERNAME, FIRST_NAME = 46537428, "e9r_3", "Ольга-канарейка"
PATIENCE = 30.0


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

    def standing(self) -> tuple[User, AuditLines]:
        """Olga and what was done to her, without what servers that join or catch up change."""
        user = self.user().model_copy(update={"revision": 0, "pending": []})
        return user, self.shop.operator.audit(self.number)

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
    answer = requests.post(f"{url}/sandbox/api/users", json=person, timeout=30)
    answer.raise_for_status()
    return Customer(url, int(answer.json()["id"]))


def opened(shop: Sandbox) -> Day:
    """Olga is on trial; the admin has looked her up."""
    admin = Customer(shop.layout.url("telegram"), int(OWNER_TELEGRAM_ID))
    olga = joined(shop, id=TG_ID, first_name=FIRST_NAME, username=USERNAME, language_code="ru")
    olga.say("/start")
    olga.press(callback("subTrial"))
    olga.message("Пробный доступ открыт")
    admin.say("/start")
    admin.message("Добро пожаловать")
    day = Day(shop, admin, olga)
    day.open_item(Item.FIND, "Пришлите что-нибудь одно")
    found = re.search(r"№ (\d+)", day.ask(f"tgid={TG_ID}", "С нами с"))
    assert found
    day.number = int(found[1])
    return day
