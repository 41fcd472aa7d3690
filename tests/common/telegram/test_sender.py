"""The sender's methods against the emulator: what arrives, what is told, what is repeated."""

import io
from typing import Any

import pytest
import segno
from urllib3 import fields

from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate, Traffic
from common.telegram.keyboards import press
from common.telegram.sender import Me, Sender
from tests.common.telegram.emulated import ANYA, BOB, Elapsed, Telegram, sender_to


@pytest.fixture
def sender(telegram: Telegram, elapsed: Elapsed) -> Sender:
    return sender_to(telegram.base, elapsed)


def picture() -> bytes:
    png = io.BytesIO()
    segno.make("https://example.org/sub/token").save(png, kind="png", scale=8)
    return png.getvalue()


def outcome_of(sender: Sender, html: str = "hello", chat_id: int = ANYA) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        sender.send_message(chat_id, html)
    return caught.value


def test_a_message_is_html_without_a_preview(telegram: Telegram, sender: Sender) -> None:
    message_id = sender.send_message(ANYA, "<b>hi</b> https://example.org", [[press("A", "menu")]])

    assert telegram.texts(ANYA) == ["hi https://example.org"]
    [call] = telegram.calls("sendMessage")
    assert call["result"]["message_id"] == message_id
    assert call["params"]["link_preview_options"] == '{"is_disabled": true}'


def test_the_texts_travel_in_the_body_and_may_be_long(telegram: Telegram, sender: Sender) -> None:
    sender.send_message(ANYA, "ы" * 4096)

    assert telegram.texts(ANYA) == ["ы" * 4096]


def test_an_edit_replaces_text_and_keyboard_and_may_change_nothing(
    telegram: Telegram, sender: Sender
) -> None:
    message_id = sender.send_message(ANYA, "old", [[press("A", "menu")]])
    sender.edit_message_text(ANYA, message_id, "new", [[press("B", "menu")]])
    sender.edit_message_text(ANYA, message_id, "new", [[press("B", "menu")]])

    assert telegram.texts(ANYA) == ["new"]


def test_a_message_that_is_gone_cannot_be_edited_but_may_be_deleted(sender: Sender) -> None:
    message_id = sender.send_message(ANYA, "old")
    sender.delete_message(ANYA, message_id)
    sender.delete_message(ANYA, message_id)

    with pytest.raises(TelegramError) as caught:
        sender.edit_message_text(ANYA, message_id, "new")
    assert caught.value.outcome is Outcome.EDIT_IMPOSSIBLE


def test_a_photo_arrives_under_its_name(telegram: Telegram, sender: Sender) -> None:
    telegram.fault(method="sendPhoto", code=429, parameters={"retry_after": 1})
    sender.send_photo(ANYA, picture(), "<i>QR</i>", file_name="ключ.png")

    refused, taken = telegram.calls("sendPhoto")
    assert refused["params"]["photo"] == taken["params"]["photo"]  # the second try is no empty file
    assert taken["params"]["photo"]["file"] == "ключ.png"
    file_id = taken["result"]["photo"][-1]["file_id"]
    assert sender.send_photo(BOB, file_id) > 0


def test_an_upload_leaves_the_other_uploads_of_the_process_alone(sender: Sender) -> None:
    before = fields.format_multipart_header_param
    sender.send_photo(ANYA, picture())

    assert fields.format_multipart_header_param is before


def test_a_copy_keeps_what_was_said(telegram: Telegram, sender: Sender) -> None:
    message_id = sender.send_message(ANYA, "<b>news</b>")
    copied = sender.copy_message(BOB, ANYA, message_id, [[press("A", "menu")]])

    assert copied > message_id
    assert telegram.texts(BOB) == ["news"]


def test_a_press_answered_too_late_is_harmless(telegram: Telegram, sender: Sender) -> None:
    sender.answer_callback_query("long ago", "hello")

    [call] = telegram.calls("answerCallbackQuery")
    assert "query is too old" in call["description"]


def test_it_says_who_it_is_and_sets_its_menu(telegram: Telegram, sender: Sender) -> None:
    assert sender.get_me() == Me(424242, "keyland_sandbox_bot")
    sender.set_my_commands([("start", "Начать")], language="ru")

    [call] = telegram.calls("setMyCommands")
    assert call["params"]["scope"] == '{"type": "all_private_chats"}'


def test_updates_come_raw(sender: Sender) -> None:
    first, second = sender.get_updates(offset=None, wait_seconds=1, kinds=["message"])
    again = sender.get_updates(offset=second["update_id"], wait_seconds=1, kinds=["message"])

    assert first["message"]["text"] == "/start"
    assert again == [second]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"code": 403}, Outcome.BLOCKED),
        ({"code": 403, "text": "Forbidden: user is deactivated"}, Outcome.GONE),
        ({"code": 400, "text": "Bad Request: PEER_ID_INVALID"}, Outcome.GONE),
        ({"code": 400, "text": "Bad Request: BUTTON_DATA_INVALID"}, Outcome.OUR_BUG),
        ({"code": 404, "text": "Not Found: method not found"}, Outcome.OUR_BUG),
        ({"code": 404, "text": "Not Found"}, Outcome.TOKEN_REVOKED),
        ({"code": 401}, Outcome.TOKEN_REVOKED),
        ({"code": 409}, Outcome.CONFLICT),
        ({"code": 500, "times": 3}, Outcome.UNAVAILABLE),
        ({"code": 502, "times": 3, "body": "<html>"}, Outcome.UNAVAILABLE),
        ({"code": 504}, Outcome.UNKNOWN),
        ({"code": 504, "body": "<html>"}, Outcome.UNKNOWN),
    ],
)
def test_each_refusal_has_its_meaning(
    telegram: Telegram, sender: Sender, fault: dict[str, Any], outcome: Outcome
) -> None:
    telegram.fault(method="sendMessage", **fault)

    assert outcome_of(sender).outcome is outcome
    assert len(telegram.calls("sendMessage")) == fault.get("times", 1)
    assert telegram.texts(ANYA) == []


def test_what_the_emulator_refuses_by_itself_is_told_too(
    telegram: Telegram, sender: Sender
) -> None:
    assert outcome_of(sender, "<b>x").outcome is Outcome.OUR_BUG
    assert outcome_of(sender, "x" * 4097).outcome is Outcome.OUR_BUG
    assert outcome_of(sender, chat_id=12345).outcome is Outcome.GONE
    telegram.block(BOB)
    assert outcome_of(sender, chat_id=BOB).outcome is Outcome.BLOCKED


def test_a_short_flood_answer_is_waited_out_by_who_is_interactive(
    telegram: Telegram, sender: Sender, elapsed: Elapsed
) -> None:
    telegram.fault(method="sendMessage", code=429, times=2, parameters={"retry_after": 3})
    sender.send_message(ANYA, "hello")

    assert elapsed.slept == [3.2, 3.2]
    assert telegram.texts(ANYA) == ["hello"]


def test_a_long_flood_answer_is_told_and_closes_the_gate_to_its_chat(
    telegram: Telegram, elapsed: Elapsed
) -> None:
    gate = Gate(monotonic=elapsed, sleep=elapsed.sleep)
    sender = sender_to(telegram.base, elapsed, gate=gate)
    telegram.fault(method="sendMessage", code=429, parameters={"retry_after": 100})

    assert outcome_of(sender).retry_after == 100
    assert elapsed.slept == []
    assert gate.held_chats() == {ANYA: pytest.approx(100.2)}
    assert gate.held_for() == 0


def test_a_flood_answer_outside_of_any_chat_closes_the_gate_to_all(
    telegram: Telegram, elapsed: Elapsed
) -> None:
    gate = Gate(monotonic=elapsed, sleep=elapsed.sleep)
    telegram.fault(method="getMe", code=429, parameters={"retry_after": 100})

    with pytest.raises(TelegramError):
        sender_to(telegram.base, elapsed, gate=gate).get_me()

    assert gate.held_for() == pytest.approx(100.2)
    assert not gate.held_chats()


def test_other_traffic_repeats_nothing_by_itself(telegram: Telegram, elapsed: Elapsed) -> None:
    sender = sender_to(telegram.base, elapsed, Traffic.TRANSACTIONAL)
    telegram.fault(method="sendMessage", code=429, parameters={"retry_after": 1})

    assert outcome_of(sender).outcome is Outcome.RETRY_AFTER
    assert len(telegram.calls("sendMessage")) == 1


def test_after_a_read_timeout_nothing_is_repeated(telegram: Telegram, elapsed: Elapsed) -> None:
    sender = sender_to(telegram.base, elapsed, read_seconds=0.15)
    telegram.fault(method="sendMessage", after_sleep=0.5)

    assert outcome_of(sender).outcome is Outcome.UNKNOWN
    assert telegram.texts(ANYA) == ["hello"]
    sender.send_message(ANYA, "next")
    assert telegram.texts(ANYA) == ["hello", "next"]


def test_what_is_wrong_with_an_address_is_told_without_it(
    telegram: Telegram, sender: Sender
) -> None:
    refusal = "Bad Request: inline keyboard button URL 'https://x/sub/canary' is invalid"
    telegram.fault(method="sendMessage", code=400, text=refusal)

    assert "canary" not in str(outcome_of(sender))
