from typing import Any

import requests

from tests.sandbox.telegram.running import ANYA, BOB, TOKEN, Running

KEYBOARD = {"inline_keyboard": [[{"text": "Buy", "callback_data": "buy:1"}]]}


def greeted(sandbox: Running, **params: Any) -> Any:
    sandbox.act(ANYA, "say", text="/start")
    return sandbox.call("sendMessage", chat_id=ANYA, text="Hello", **params)


def test_a_start_reaches_the_bot_and_its_answer_reaches_the_person(sandbox: Running) -> None:
    sandbox.act(ANYA, "start", payload="ref_7")
    [update] = sandbox.updates()
    message = update["message"]
    assert message["text"] == "/start ref_7"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["chat"] == {
        "id": ANYA,
        "type": "private",
        "first_name": "Аня",
        "username": "anya_sandbox",
    }
    assert message["from"]["is_bot"] is False
    assert message["from"]["language_code"] == "ru"
    sandbox.call("sendMessage", chat_id=ANYA, text="<b>Hi</b> 😀", parse_mode="HTML")
    answer = sandbox.chat(ANYA)["messages"][-1]
    assert (answer["text"], answer["from_bot"]) == ("Hi 😀", True)
    assert answer["entities"] == [{"type": "bold", "offset": 0, "length": 2}]


def test_a_press_reaches_the_bot_and_its_toast_reaches_the_person(sandbox: Running) -> None:
    sent = greeted(sandbox, reply_markup=KEYBOARD)
    pressed = sandbox.act(ANYA, "press", text="Buy")
    query = sandbox.updates()[-1]["callback_query"]
    assert query["data"] == "buy:1"
    assert query["id"] == pressed["callback_id"]
    assert query["message"]["message_id"] == sent["message_id"]
    assert query["message"]["reply_markup"] == KEYBOARD
    assert query["chat_instance"]
    sandbox.call("answerCallbackQuery", callback_query_id=query["id"], text="Bought")
    seen = sandbox.get(f"chats/{ANYA}/callbacks/{query['id']}")
    assert (seen["answered"], seen["text"], seen["show_alert"]) == (True, "Bought", False)


def test_a_button_that_an_edit_took_away_cannot_be_pressed(sandbox: Running) -> None:
    sent = greeted(sandbox, reply_markup=KEYBOARD)
    sandbox.call("editMessageText", chat_id=ANYA, message_id=sent["message_id"], text="Done")
    assert sandbox.act(ANYA, "press", text="Buy")["status"] == 409
    last = sandbox.chat(ANYA)["messages"][-1]
    assert (last["text"], last["keyboard"], last["edited"]) == ("Done", [], True)


def test_parameters_may_come_in_the_query_the_form_or_json(sandbox: Running) -> None:
    greeted(sandbox)
    url = f"{sandbox.base}/bot{TOKEN}/sendMessage"
    params = {"chat_id": str(ANYA), "text": "Я" * 4096}
    for given in ({"params": params}, {"data": params}, {"json": {**params, "chat_id": ANYA}}):
        answer = requests.post(url, timeout=30, **given).json()
        assert answer["result"]["text"] == "Я" * 4096


def test_people_can_be_added_and_start_the_bot(sandbox: Running) -> None:
    added = sandbox.post("users", first_name="Vera", username="vera").json()
    sandbox.act(added["id"], "say", text="hi")
    [update] = sandbox.updates()
    assert update["message"]["from"]["first_name"] == "Vera"
    assert sandbox.post("users", first_name="Again", id=added["id"]).status_code == 409


def test_who_never_started_the_bot_is_not_found(sandbox: Running) -> None:
    refusal = sandbox.refused("sendMessage", chat_id=BOB, text="Hi")
    assert refusal == "400 Bad Request: chat not found"
