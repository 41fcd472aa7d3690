"""The real client library sees a Telegram it knows."""

import io
import threading
from collections.abc import Iterator

import pytest
from telebot import TeleBot, types, util

from tests.sandbox.telegram.running import ANYA, TOKEN, Running
from tests.sandbox.telegram.tiny_bot import answering, library_pointed_at, picture


@pytest.fixture
def bot(sandbox: Running) -> Iterator[TeleBot]:
    sandbox.act(ANYA, "say", text="/start")
    with library_pointed_at(sandbox.base):
        yield TeleBot(TOKEN, threaded=False)


def test_the_tiny_bot_serves_a_whole_conversation(sandbox: Running) -> None:
    with answering(sandbox):
        said = sandbox.act(ANYA, "say", text="/start")
        [answer] = sandbox.chat(ANYA, after=said["seq"], timeout=10)["messages"]
        assert answer["text"] == "Hello, friend"
        pressed = sandbox.act(ANYA, "press", text="Alert")
        seen = sandbox.get(f"chats/{ANYA}/callbacks/{pressed['callback_id']}", timeout=10)
    assert (seen["text"], seen["show_alert"]) == ("You chose alert", True)


def test_its_own_polling_starts_and_stops(sandbox: Running, bot: TeleBot) -> None:
    heard = threading.Event()
    bot.register_message_handler(lambda _message: heard.set(), content_types=["text"])
    polling = threading.Thread(
        target=lambda: bot.polling(non_stop=True, long_polling_timeout=1, logger_level=0)
    )
    polling.start()
    try:
        assert heard.wait(30)
    finally:
        bot.stop_polling()  # type: ignore[no-untyped-call]  # the library's gap
        polling.join(10)
    assert not polling.is_alive()
    called = [entry["method"] for entry in sandbox.get("journal")["entries"]]
    assert called[:2] == ["getMe", "getUpdates"]


def test_every_kind_of_update_can_be_read(sandbox: Running, bot: TeleBot) -> None:
    bot.send_message(ANYA, "x", reply_markup=util.quick_markup({"Buy": {"callback_data": "b"}}))
    sandbox.act(ANYA, "press", text="Buy")
    sandbox.act(ANYA, "block")
    message, press, membership = bot.get_updates(timeout=5)
    assert message.message
    assert message.message.text == "/start"
    assert press.callback_query
    assert press.callback_query.data == "b"
    assert press.callback_query.message
    assert press.callback_query.message.chat.id == ANYA
    assert membership.my_chat_member
    assert membership.my_chat_member.new_chat_member.status == "kicked"


def test_a_photo_by_upload_by_id_and_back(sandbox: Running, bot: TeleBot) -> None:
    sent = bot.send_photo(ANYA, picture(), caption="<b>QR</b>", parse_mode="HTML")
    assert sent.photo
    assert sent.photo[-1].width == sent.photo[-1].height > 50
    assert sent.caption == "QR"
    again = bot.send_photo(ANYA, sent.photo[-1].file_id)
    assert again.photo
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    file = bot.get_file(sent.photo[-1].file_id)
    assert bot.download_file(file.file_path or "") == picture()
    shown = sandbox.chat(ANYA)["messages"][-1]["photo"]
    response = sandbox.http.get(sandbox.base + shown["url"], timeout=30)
    assert (response.content, response.headers["Content-Type"]) == (picture(), "image/png")


def test_a_document_keeps_its_name_and_is_only_downloaded(sandbox: Running, bot: TeleBot) -> None:
    page = b"<script>alert(1)</script>"
    sent = bot.send_document(ANYA, io.BytesIO(page), visible_file_name="page.html")
    russian = bot.send_document(ANYA, io.BytesIO(page), visible_file_name="мой ключ.txt")
    assert russian.document
    assert russian.document.file_name == "мой ключ.txt"
    assert sent.document
    assert sent.document.file_name == "page.html"
    assert sent.document.file_size == len(page)
    shown = sandbox.chat(ANYA)["messages"][-2]["document"]
    response = sandbox.http.get(sandbox.base + shown["url"], timeout=30)
    assert response.headers["Content-Disposition"] == "attachment; filename=page.html"
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_video_is_sent(bot: TeleBot) -> None:
    sent = bot.send_video(ANYA, io.BytesIO(b"\0" * 64), duration=3, width=320, height=240)
    assert sent.video
    assert (sent.video.duration, sent.video.width) == (3, 320)


def test_media_takes_the_place_of_other_media(sandbox: Running, bot: TeleBot) -> None:
    sent = bot.send_document(ANYA, io.BytesIO(b"old"), visible_file_name="old.txt")
    new = types.InputMediaPhoto(io.BytesIO(picture()), caption="new")  # type: ignore[arg-type]
    bot.edit_message_media(new, ANYA, sent.message_id)
    shown = sandbox.chat(ANYA)["messages"][-1]
    assert (shown["kind"], shown["text"], shown["edited"]) == ("photo", "new", True)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"no picture", "400 Bad Request: IMAGE_PROCESS_FAILED"),
        (b"", "400 Bad Request: file must be non-empty"),
        (
            b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\x03\xe9\0\0\0\x01",
            "400 Bad Request: PHOTO_INVALID_DIMENSIONS",
        ),
    ],
)
def test_a_bad_picture_is_refused(sandbox: Running, content: bytes, complaint: str) -> None:
    sandbox.act(ANYA, "say", text="/start")
    answer = sandbox.http.post(
        f"{sandbox.base}/bot{TOKEN}/sendPhoto",
        data={"chat_id": ANYA},
        files={"photo": ("a.png", content)},
        timeout=30,
    ).json()
    assert f"{answer['error_code']} {answer['description']}" == complaint
    assert sandbox.texts(ANYA) == ["/start"]


def test_buttons_of_every_kind_come_through(sandbox: Running, bot: TeleBot) -> None:
    markup = types.InlineKeyboardMarkup()
    markup.add(types.InlineKeyboardButton("Copy", copy_text=types.CopyTextButton("link")))
    markup.add(types.InlineKeyboardButton("Go", url="https://shop.example/a", style="success"))
    markup.add(types.InlineKeyboardButton("App", web_app=types.WebAppInfo("https://a.example/")))
    bot.send_message(ANYA, "x", reply_markup=markup)
    [[copy], [go], [app]] = sandbox.chat(ANYA)["messages"][-1]["keyboard"]
    assert copy == {"text": "Copy", "kind": "copy_text", "copy_text": "link"}
    assert (go["url"], go["style"]) == ("https://shop.example/a", "success")
    assert (app["kind"], app["url"]) == ("web_app", "https://a.example/")


def test_commands_and_the_chat_are_set_and_read(bot: TeleBot) -> None:
    bot.set_my_commands([types.BotCommand("help", "Help")], language_code="en")
    assert [command.command for command in bot.get_my_commands(language_code="en")] == ["help"]
    assert bot.get_chat(ANYA).first_name == "Аня"
    assert bot.get_chat_member(ANYA, ANYA).status == "member"
    assert bot.get_me().username == "keyland_sandbox_bot"
