"""Messages are edited, copied, forwarded, deleted and answered."""

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.telegram.running import ANYA, BOB, Running, running_emulator

KEYBOARD = {"inline_keyboard": [[{"text": "Buy", "callback_data": "buy"}]]}
OTHER = {"inline_keyboard": [[{"text": "Sell", "callback_data": "sell"}]]}


@pytest.fixture
def sent(sandbox: Running) -> Any:
    sandbox.act(ANYA, "say", text="/start")
    return sandbox.call("sendMessage", chat_id=ANYA, text="Hello", reply_markup=KEYBOARD)


def which(message: Any) -> dict[str, Any]:
    return {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}


def shown(sandbox: Running, user_id: int = ANYA) -> Any:
    return sandbox.chat(user_id)["messages"][-1]


def test_message_numbers_grow_over_all_chats(sandbox: Running, sent: Any) -> None:
    sandbox.act(BOB, "say", text="/start")
    answer = sandbox.call("sendMessage", chat_id=BOB, text="Hi")
    assert answer["message_id"] == sent["message_id"] + 2


def test_absent_fields_are_left_out(sandbox: Running, sent: Any) -> None:
    assert "null" not in sandbox.raw("editMessageReplyMarkup", **which(sent)).text
    assert set(sent) == {"message_id", "from", "chat", "date", "text", "reply_markup"}
    assert sent["from"]["is_bot"] is True


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup"])
def test_an_edit_without_markup_takes_the_keyboard_away(
    sandbox: Running, sent: Any, method: str
) -> None:
    sandbox.call(method, **which(sent), text="Hello")
    assert shown(sandbox)["keyboard"] == []
    assert sandbox.act(ANYA, "press", text="Buy")["status"] == 409


def test_an_edit_replaces_text_entities_and_keyboard(sandbox: Running, sent: Any) -> None:
    edited = sandbox.call(
        "editMessageText", **which(sent), text="<i>Bye</i>", parse_mode="HTML", reply_markup=OTHER
    )
    assert edited["edit_date"] >= edited["date"]
    assert edited["entities"] == [{"type": "italic", "offset": 0, "length": 3}]
    assert (shown(sandbox)["text"], shown(sandbox)["edited"]) == ("Bye", True)
    assert sandbox.act(ANYA, "press", text="Sell")["status"] == 200


def test_only_another_keyboard_is_a_change_but_no_edit_mark(sandbox: Running, sent: Any) -> None:
    sandbox.call("editMessageReplyMarkup", **which(sent), reply_markup=OTHER)
    assert "not modified" in sandbox.refused(
        "editMessageReplyMarkup", **which(sent), reply_markup=OTHER
    )
    assert shown(sandbox)["edited"] is False


def test_a_deleted_message_is_gone_for_everybody(sandbox: Running, sent: Any) -> None:
    assert sandbox.call("deleteMessage", **which(sent)) is True
    assert (shown(sandbox)["deleted"], shown(sandbox)["text"]) == (True, "")
    assert sandbox.act(ANYA, "press", text="Buy")["status"] == 409
    assert sandbox.refused("deleteMessage", **which(sent)).endswith("message to delete not found")
    assert sandbox.refused("editMessageText", **which(sent), text="x").endswith(
        "message to edit not found"
    )


def test_what_is_older_than_48_hours_cannot_be_deleted_but_edited(
    sandbox: Running, sent: Any
) -> None:
    sandbox.post("clock", add=48 * 3600 + 60)
    refusal = sandbox.refused("deleteMessage", **which(sent))
    assert refusal == "400 Bad Request: message can't be deleted for everyone"
    sandbox.call("editMessageText", **which(sent), text="Still editable")


def test_deleting_many_passes_over_what_is_not_there(sandbox: Running, sent: Any) -> None:
    numbers = [sent["message_id"], 999]
    assert sandbox.call("deleteMessages", chat_id=ANYA, message_ids=numbers) is True
    assert shown(sandbox)["deleted"] is True


def test_a_copy_returns_only_its_number_and_drops_the_keyboard(sandbox: Running, sent: Any) -> None:
    sandbox.act(BOB, "say", text="/start")
    source = {"from_chat_id": ANYA, "message_id": sent["message_id"]}
    copied = sandbox.call("copyMessage", chat_id=BOB, **source)
    assert set(copied) == {"message_id"}
    assert (shown(sandbox, BOB)["text"], shown(sandbox, BOB)["keyboard"]) == ("Hello", [])
    sandbox.call("copyMessage", chat_id=BOB, **source, reply_markup=OTHER)
    assert shown(sandbox, BOB)["keyboard"][0][0]["text"] == "Sell"


def test_a_forward_tells_its_origin_and_cannot_be_edited(sandbox: Running) -> None:
    said = sandbox.act(ANYA, "say", text="Help me")
    sandbox.act(BOB, "say", text="/start")
    forwarded = sandbox.call(
        "forwardMessage", chat_id=BOB, from_chat_id=ANYA, message_id=said["message_id"]
    )
    assert forwarded["forward_origin"]["sender_user"]["first_name"] == "Аня"
    assert shown(sandbox, BOB)["forwarded"] is True
    refusal = sandbox.refused("editMessageText", **which(forwarded), text="x")
    assert refusal.endswith("message can't be edited")


def test_a_mention_by_number_shows_a_known_person_only(sandbox: Running, sent: Any) -> None:
    text = f'<a href="tg://user?id={BOB}">Bob</a> and <a href="tg://user?id=5">nobody</a>'
    shown = sandbox.call("sendMessage", chat_id=ANYA, text=text, parse_mode="HTML")
    [mention] = shown["entities"]
    assert (mention["type"], mention["user"]["first_name"]) == ("text_mention", "Bob")
    assert sent["text"] == "Hello"


def test_a_reply_shows_what_it_answers(sandbox: Running, sent: Any) -> None:
    reply = sandbox.call(
        "sendMessage", chat_id=ANYA, text="So", reply_parameters={"message_id": sent["message_id"]}
    )
    assert reply["reply_to_message"]["text"] == "Hello"
    assert shown(sandbox)["reply_to"]["message_id"] == sent["message_id"]
    optional = {"message_id": 999, "allow_sending_without_reply": True}
    answer = sandbox.call("sendMessage", chat_id=ANYA, text="x", reply_parameters=optional)
    assert "reply_to_message" not in answer


def test_a_reply_keyboard_stays_until_it_is_removed(sandbox: Running, sent: Any) -> None:
    sandbox.call(
        "sendMessage", chat_id=ANYA, text="Choose", reply_markup={"keyboard": [["A", "B"]]}
    )
    sandbox.call("sendMessage", chat_id=ANYA, text="And?")
    assert sandbox.chat(ANYA)["reply_keyboard"] == [[{"text": "A"}, {"text": "B"}]]
    sandbox.call("sendMessage", chat_id=ANYA, text="x", reply_markup={"remove_keyboard": True})
    assert sandbox.chat(ANYA)["reply_keyboard"] == []
    assert sent["reply_markup"] == KEYBOARD


def test_a_press_can_be_answered_for_fifteen_seconds(sandbox: Running, sent: Any) -> None:
    late, in_time = (sandbox.act(ANYA, "press", data="buy")["callback_id"] for _ in range(2))
    sandbox.elapsed.seconds += 14
    assert sandbox.call("answerCallbackQuery", callback_query_id=in_time, show_alert=True, text="A")
    assert sandbox.call("answerCallbackQuery", callback_query_id=in_time, text="B") is True
    sandbox.elapsed.seconds += 2
    refusal = sandbox.refused("answerCallbackQuery", callback_query_id=late)
    assert refusal.startswith("400 Bad Request: query is too old")
    answered = sandbox.get(f"chats/{ANYA}/callbacks/{in_time}")
    assert (answered["text"], answered["show_alert"]) == ("A", True)
    assert sandbox.get(f"chats/{ANYA}/callbacks/{late}")["answered"] is False
    assert "answered" not in sandbox.get(f"chats/{BOB}/callbacks/{late}")
    assert sent["text"] == "Hello"


def test_buttons_that_act_on_the_screen_tell_what_they_do(tmp_path: Path) -> None:
    row = [
        {"text": "Pay", "url": "http://127.0.0.1:8000/pay"},
        {"text": "Pay here", "url": "http://localhost/pay"},
        {"text": "Copy", "copy_text": {"text": "the link"}},
    ]
    with running_emulator(tmp_path / "o", lax_urls=True) as sandbox:
        sandbox.act(ANYA, "say", text="/start")
        sandbox.call("sendMessage", chat_id=ANYA, text="x", reply_markup={"inline_keyboard": [row]})
        assert sandbox.act(ANYA, "press", text="Pay")["url"] == "http://127.0.0.1:8000/pay"
        assert sandbox.act(ANYA, "press", text="Pay here")["url"] == "http://localhost/pay"
        assert sandbox.act(ANYA, "press", text="Copy")["copy_text"] == "the link"
        assert len(sandbox.updates()) == 1
