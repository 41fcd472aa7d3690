"""A stranger tries all that is the admin's by hand, and gets what any user gets."""

import time
from typing import Any

import pytest
import requests

from sandbox.customer import Customer
from tests.support.admin_office import PATIENCE, TG_ID, USERNAME, Day, key
from tg_bot.admin.registry import SCREENS

NAMES = [*SCREENS, "nonsense"]
A_FEW_EACH = [NAMES[at : at + 4] for at in range(0, len(NAMES), 4)]
"""As many as one person may press before he is asked to slow down."""

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("names", A_FEW_EACH, ids=" ".join)
def test_a_stranger_presses_every_key_by_hand_and_gets_what_any_user_gets(
    day: Day, names: list[str]
) -> None:
    """The same words, the same keys under them, and nothing done."""
    stranger = Customer.join(day.shop.layout.url("telegram"), "Чужой", "ru", "stranger")
    stranger.say("/start")
    stranger.message("Добро пожаловать")
    unknown = answer_to(day, stranger, "s1:noSuchKey")
    before = day.standing()
    for name in names:
        for arguments in ((), (day.number,), (day.number, 1, 0, "r1")):
            assert answer_to(day, stranger, key(name, *arguments)) == unknown, name

    assert day.standing() == before


def test_a_stranger_writes_what_an_admin_writes_and_gets_what_any_user_gets(day: Day) -> None:
    stranger = Customer.join(day.shop.layout.url("telegram"), "Чужой", "ru", "stranger2")
    stranger.say("/start")
    stranger.message("Добро пожаловать")
    before = day.standing()
    answers = []
    for words in (
        "/nonsense", "/admin", f"tgid={TG_ID}\nmonths+=1", f"username={USERNAME}", "EXIT", "123456",
    ):  # fmt: skip
        after = stranger.now()
        stranger.say(words)
        answers.append(shown(stranger.message("", after=after)))

    assert answers == [answers[0]] * len(answers)
    assert day.standing() == before


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
        f"{url}/sandbox/api/updates", json={"callback_query": query}, timeout=30
    ).raise_for_status()
    return shown(person.message("", after=after, within=PATIENCE))
