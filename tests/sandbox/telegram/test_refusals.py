"""What Telegram refuses is refused here, in Telegram's words."""

from typing import Any

import pytest
import requests

from tests.sandbox.telegram.running import ANYA, BOB, TOKEN, Running

BR = "400 Bad Request: "
PARSE = BR + "can't parse entities: "
KEY = BR + "can't parse inline keyboard button: "
URL = BR + "inline keyboard button URL "


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


def html(text: str) -> dict[str, Any]:
    return {"text": text, "parse_mode": "HTML"}


SENDING: list[tuple[dict[str, Any], str]] = [
    ({"chat_id": "", "text": "x"}, BR + "chat_id is empty"),
    ({"chat_id": 5, "text": "x"}, BR + "chat not found"),
    ({"chat_id": "@somebody", "text": "x"}, BR + "chat not found"),
    ({"chat_id": "-5", "text": "x"}, BR + "chat not found"),
    ({"chat_id": "9" * 5000, "text": "x"}, BR + "chat not found"),
    (
        {"text": "x", "reply_markup": "[" * 100_000},
        BR + "can't parse reply keyboard markup JSON object",
    ),
    ({"chat_id": BOB, "text": "x"}, BR + "chat not found"),
    ({}, BR + "message text is empty"),
    ({"text": " \n "}, BR + "text must be non-empty"),
    (html("<b></b>"), BR + "text must be non-empty"),
    ({"text": "я" * 4097}, BR + "message is too long"),
    ({"text": "я" * 20_000}, BR + "text is too long"),
    ({"text": "x", "parse_mode": "XML"}, BR + "unsupported parse_mode"),
    (html("<x>"), PARSE + 'Unsupported start tag "x" at byte offset 0'),
    (html("я<b>x"), PARSE + 'Can\'t find end tag corresponding to start tag "b"'),
    (html("я</b>"), PARSE + "Unexpected end tag at byte offset 2"),
    (
        html("<i>я</b>"),
        PARSE + 'Unmatched end tag at byte offset 5, expected "</i>", found "</b>"',
    ),
    (html("x<b"), PARSE + "Unclosed start tag at byte offset 1"),
    (html("<b>x</b"), PARSE + "Unclosed end tag at byte offset 4"),
    (
        html("<span>x</span>"),
        PARSE + 'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
    ({"text": "x", "reply_markup": "{"}, BR + "can't parse reply keyboard markup JSON object"),
    ({"text": "x", "reply_markup": "[]"}, BR + "object expected as reply markup"),
    (
        {"text": "x", "reply_markup": inline(text="T")},
        KEY + "Text buttons are unallowed in the inline keyboard",
    ),
    ({"text": "x", "reply_markup": inline(callback_data="a")}, KEY + 'Can\'t find field "text"'),
    (
        {"text": "x", "reply_markup": inline(text=" ", callback_data="a")},
        BR + "inline keyboard button text must be non-empty",
    ),
    (
        {"text": "x", "reply_markup": inline(text="T", callback_data="я" * 33)},
        BR + "BUTTON_DATA_INVALID",
    ),
    (
        {"text": "x", "reply_markup": inline(text="T", url="vless://a@b.c:443")},
        URL + "'vless://a@b.c:443' is invalid: Unsupported URL protocol",
    ),
    (
        {"text": "x", "reply_markup": inline(text="T", url="http://localhost/pay")},
        URL + "'http://localhost/pay' is invalid: Wrong HTTP URL",
    ),
    (
        {"text": "x", "reply_markup": inline(text="T", web_app={"url": "http://a.b/"})},
        BR + "inline keyboard button Web App URL 'http://a.b/' is invalid: "
        "Only HTTPS links are allowed",
    ),
    (
        {"text": "x", "reply_markup": inline(text="T", copy_text={"text": "x" * 257})},
        BR + "BUTTON_COPY_TEXT_INVALID",
    ),
    ({"text": "x", "reply_to_message_id": 99}, BR + "message to be replied not found"),
]


@pytest.mark.parametrize(("params", "refusal"), SENDING)
def test_a_wrong_message_is_refused(sandbox: Running, params: dict[str, Any], refusal: str) -> None:
    sandbox.act(ANYA, "say", text="/start")
    assert sandbox.refused("sendMessage", **{"chat_id": ANYA, **params}) == refusal
    assert sandbox.texts(ANYA) == ["/start"]


OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("editMessageText", {"text": "x"}, BR + "message to edit not found"),
    ("editMessageText", {"text": "x", "message_id": 99}, BR + "message to edit not found"),
    ("editMessageText", {"text": "x", "chat_id": ""}, BR + "message identifier is not specified"),
    ("editMessageText", {"text": "x", "message_id": 1}, BR + "message can't be edited"),
    ("editMessageText", {"message_id": 2}, BR + "message text is empty"),
    (
        "editMessageText",
        {"text": "x", "message_id": 2, "reply_markup": {"keyboard": [["a"]]}},
        BR + "inline keyboard expected",
    ),
    (
        "editMessageText",
        {"text": "Hi", "message_id": 2},
        BR + "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    ),
    (
        "editMessageCaption",
        {"caption": "x", "message_id": 2},
        BR + "there is no caption in the message to edit",
    ),
    ("deleteMessage", {}, BR + "message identifier is not specified"),
    ("deleteMessage", {"message_id": 99}, BR + "message to delete not found"),
    ("deleteMessages", {}, BR + "message identifiers are not specified"),
    (
        "copyMessage",
        {"from_chat_id": ANYA, "message_id": 99},
        BR + "message to copy not found",
    ),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        BR + "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"text": "x" * 201}, BR + "MESSAGE_TOO_LONG"),
    ("sendChatAction", {"action": "dancing"}, BR + "wrong parameter action in request"),
    ("getFile", {}, BR + "file_id not specified"),
    ("getFile", {"file_id": "x"}, BR + "wrong file_id or the file is temporarily unavailable"),
    ("sendPhoto", {}, BR + "there is no photo in the request"),
    ("sendDocument", {"document": "x"}, BR + "wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {"photo": "x", "caption": "x" * 1025}, BR + "message caption is too long"),
    ("setMyCommands", {"commands": [{"command": "Bad!"}]}, BR + "can't parse BotCommand: "
     'Can\'t find field "description"'),
    (
        "setMyCommands",
        {"commands": [{"command": "Bad!", "description": "x"}]},
        BR + "BOT_COMMAND_INVALID",
    ),
    ("sendPoll", {"question": "?"}, "404 Not Found: method not found"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "params", "refusal"), OTHERS)
def test_a_wrong_call_is_refused(
    sandbox: Running, method: str, params: dict[str, Any], refusal: str
) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sandbox.call("sendMessage", chat_id=ANYA, text="Hi")
    assert sandbox.refused(method, **{"chat_id": ANYA, **params}) == refusal
    last = sandbox.get("journal")["entries"][-1]
    assert (last["ok"], f"{last['error_code']} {last['description']}") == (False, refusal)


def test_text_and_markup_are_judged_before_the_chat(sandbox: Running) -> None:
    assert "Unsupported start tag" in sandbox.refused("sendMessage", chat_id=5, **html("<x>"))
    markup = inline(text="T", callback_data="x" * 65)
    refusal = sandbox.refused("sendMessage", chat_id=5, text="x", reply_markup=markup)
    assert refusal == BR + "BUTTON_DATA_INVALID"


def test_the_limits_themselves_are_allowed(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    buttons = [
        {"text": "D", "callback_data": "я" * 32},
        {"text": "C", "copy_text": {"text": "x" * 256}},
        {"text": "U", "url": "HTTPS://Shop.Example?a=1", "style": "primary"},
    ]
    sent = sandbox.call(
        "sendMessage", chat_id=ANYA, text="я" * 4096, reply_markup={"inline_keyboard": [buttons]}
    )
    assert sent["reply_markup"]["inline_keyboard"][0][2]["url"] == "https://shop.example/?a=1"


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [("43:other", 401, "Unauthorized"), ("nonsense", 404, "Not Found")],
)
def test_a_wrong_token_is_refused(
    sandbox: Running, token: str, status: int, description: str
) -> None:
    for path in (f"bot{token}/getMe", f"file/bot{token}/photos/file_0.png"):
        answer = requests.get(f"{sandbox.base}/{path}", timeout=30)
        assert (answer.status_code, answer.json()["description"]) == (status, description)


def test_after_log_out_every_call_is_refused(sandbox: Running) -> None:
    assert sandbox.call("logOut") is True
    assert sandbox.refused("getMe") == "400 Logged out"


def test_a_session_cannot_be_closed_in_its_first_minutes(sandbox: Running) -> None:
    answer = sandbox.raw("close")
    assert answer.status_code == 429
    assert answer.json()["parameters"]["retry_after"] > 500
    sandbox.elapsed.seconds += 601
    assert sandbox.call("close") is True


def test_no_error_shows_the_token(sandbox: Running) -> None:
    for method in ("getMe", "sendMessage", "nope"):
        assert TOKEN not in sandbox.raw(method, chat_id=TOKEN[:2]).text
    assert TOKEN not in str(sandbox.get("journal"))
