"""People come, block the bot, come back and leave for good; whoever watches can wait."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.telegram.running import ANYA, BOB, Running

BLOCKED = "403 Forbidden: bot was blocked by the user"
EVERYWHERE: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": "x"}),
    ("sendChatAction", {"action": "typing"}),
    ("copyMessage", {"from_chat_id": ANYA, "message_id": 1}),
    ("forwardMessage", {"from_chat_id": ANYA, "message_id": 1}),
    ("editMessageText", {"text": "x", "message_id": 2}),
]


def membership(sandbox: Running) -> list[str]:
    changes = [update.get("my_chat_member") for update in sandbox.updates()]
    return [
        f"{change['old_chat_member']['status']} -> {change['new_chat_member']['status']}"
        for change in changes
        if change
    ]


def test_the_three_first_people_are_there(sandbox: Running) -> None:
    people = sandbox.get("users")["users"]
    assert [(one["first_name"], one["language_code"]) for one in people] == [
        ("Аня", "ru"),
        ("Bob", "en"),
        ("Админ", "ru"),
    ]


@pytest.mark.parametrize(("method", "params"), EVERYWHERE)
def test_who_blocks_the_bot_is_out_of_reach_and_the_bot_is_told(
    sandbox: Running, method: str, params: dict[str, Any]
) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sandbox.call("sendMessage", chat_id=ANYA, text="Hello")
    assert sandbox.act(ANYA, "block")["blocked"] is True
    assert sandbox.refused(method, chat_id=ANYA, **params) == BLOCKED
    assert membership(sandbox) == ["member -> kicked"]
    sandbox.act(ANYA, "unblock")
    assert sandbox.raw(method, chat_id=ANYA, **params).json()["ok"] is True
    assert membership(sandbox) == ["member -> kicked", "kicked -> member"]


def test_who_has_blocked_the_bot_can_neither_write_nor_press(sandbox: Running) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Buy", "callback_data": "buy"}]]}
    sandbox.act(ANYA, "say", text="/start")
    sandbox.call("sendMessage", chat_id=ANYA, text="x", reply_markup=keyboard)
    sandbox.act(ANYA, "block")
    sandbox.act(ANYA, "block")
    assert sandbox.act(ANYA, "say", text="x")["status"] == 409
    assert sandbox.act(ANYA, "press", text="Buy")["status"] == 409
    assert membership(sandbox) == ["member -> kicked"]


def test_a_deleted_account_is_deactivated(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sandbox.act(ANYA, "delete-account")
    refusal = sandbox.refused("sendMessage", chat_id=ANYA, text="x")
    assert refusal == "403 Forbidden: user is deactivated"
    assert sandbox.act(ANYA, "say", text="x")["status"] == 409


def test_fifty_people_can_be_added_and_each_has_a_chat(sandbox: Running) -> None:
    added = [
        sandbox.post("users", first_name=f"P{number}", language_code="de").json()
        for number in range(50)
    ]
    for person in added:
        sandbox.act(person["id"], "say", text=f"I am {person['first_name']}")
    heard = {
        update["message"]["from"]["id"]: update["message"]["text"] for update in sandbox.updates()
    }
    assert heard == {person["id"]: f"I am {person['first_name']}" for person in added}


@pytest.mark.parametrize(
    ("action", "params", "status"),
    [
        ("say", {}, 400),
        ("say", {"text": 5}, 400),
        ("say", {"text": "\ud800"}, 400),
        ("say", {"text": "x" * 4097}, 409),
        ("start", {"payload": "a b"}, 400),
        ("press", {}, 400),
        ("press", {"text": "nothing"}, 409),
        ("press", {"text": "x", "message_id": "1"}, 400),
        ("block", {}, 409),
        ("dance", {}, 404),
    ],
)
def test_what_people_cannot_do_is_refused(
    sandbox: Running, action: str, params: dict[str, Any], status: int
) -> None:
    assert sandbox.act(BOB, action, **params)["status"] == status
    assert sandbox.act(12345, action, **params)["status"] in {400, 404}
    assert sandbox.updates() == []


def test_a_watcher_waits_for_the_next_change_of_one_chat(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sandbox.act(BOB, "say", text="/start")
    seen = sandbox.chat(ANYA)["seq"]
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sandbox.chat, ANYA, after=seen, timeout=30)
        sandbox.call("sendMessage", chat_id=BOB, text="not for Anya")
        time.sleep(0.1)
        assert not waiting.done()
        sandbox.call("sendMessage", chat_id=ANYA, text="for Anya")
        [message] = waiting.result(5)["messages"]
    assert message["text"] == "for Anya"
    assert sandbox.chat(ANYA, after=message["seq"], timeout=0.1)["messages"] == []


def test_an_edit_is_a_change_one_can_wait_for(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sent = sandbox.call("sendMessage", chat_id=ANYA, text="one")
    seen = sandbox.chat(ANYA)["seq"]
    sandbox.call("editMessageText", chat_id=ANYA, message_id=sent["message_id"], text="two")
    [message] = sandbox.chat(ANYA, after=seen, timeout=5)["messages"]
    assert (message["text"], message["message_id"]) == ("two", sent["message_id"])


def test_commands_follow_scope_and_language(sandbox: Running) -> None:
    for user_id in (ANYA, BOB):
        sandbox.act(user_id, "say", text="/start")

    def menu(user_id: int) -> list[str]:
        return [command["description"] for command in sandbox.chat(user_id)["commands"]]

    def put(description: str, **where: Any) -> None:
        commands = [{"command": "help", "description": description}]
        sandbox.call("setMyCommands", commands=commands, **where)

    put("Help")
    put("Помощь", language_code="ru")
    put("Only Bob", scope={"type": "chat", "chat_id": BOB})
    assert (menu(ANYA), menu(BOB)) == (["Помощь"], ["Only Bob"])
    sandbox.call("deleteMyCommands", scope={"type": "chat", "chat_id": BOB})
    assert menu(BOB) == ["Help"]
    assert sandbox.call("getMyCommands", language_code="ru")[0]["description"] == "Помощь"


def test_the_bot_describes_itself_by_language(sandbox: Running) -> None:
    sandbox.call("setMyName", name="Keys")
    sandbox.call("setMyDescription", description="Описание", language_code="ru")
    sandbox.call("setMyShortDescription", short_description="Short")
    assert sandbox.call("getMe")["first_name"] == "Keys"
    assert sandbox.call("getMyDescription", language_code="ru") == {"description": "Описание"}
    assert sandbox.call("getMyDescription") == {"description": ""}
    assert sandbox.call("getMyShortDescription", language_code="en")["short_description"] == "Short"


def test_a_chat_and_its_member_are_told(sandbox: Running) -> None:
    sandbox.act(BOB, "say", text="/start")
    assert sandbox.call("getChat", chat_id=BOB)["username"] == "bob_sandbox"
    member = sandbox.call("getChatMember", chat_id=BOB, user_id=BOB)
    assert (member["status"], member["user"]["first_name"]) == ("member", "Bob")
    assert sandbox.refused("getChatMember", chat_id=BOB, user_id=5).endswith("user not found")
    sandbox.call("setChatMenuButton", menu_button={"type": "commands"})
    assert sandbox.call("getChatMenuButton", chat_id=BOB) == {"type": "commands"}
