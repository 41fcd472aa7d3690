"""A bot of a few lines on the real client library, for tests that need somebody to talk to."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import segno
from telebot import TeleBot, apihelper, types

from tests.sandbox.telegram.running import TOKEN, Running


@contextmanager
def library_pointed_at(base: str) -> Iterator[None]:
    """The library's address is one for the whole process: put back what was there."""
    before = apihelper.API_URL, apihelper.FILE_URL
    addresses = {"API_URL": f"{base}/bot{{0}}/{{1}}", "FILE_URL": f"{base}/file/bot{{0}}/{{1}}"}
    vars(apihelper).update(addresses)  # declared there as None
    try:
        yield
    finally:
        apihelper.API_URL, apihelper.FILE_URL = before


def keyboard() -> types.InlineKeyboardMarkup:
    markup = types.InlineKeyboardMarkup()
    markup.add(types.InlineKeyboardButton("Toast", callback_data="toast"))
    markup.add(types.InlineKeyboardButton("Alert", callback_data="alert"))
    return markup


def build_bot() -> TeleBot:
    bot = TeleBot(TOKEN, threaded=False)

    def start(message: types.Message) -> None:
        bot.send_message(
            message.chat.id, "Hello, <b>friend</b>", parse_mode="HTML", reply_markup=keyboard()
        )

    def pressed(query: types.CallbackQuery) -> None:
        bot.answer_callback_query(query.id, f"You chose {query.data}", query.data == "alert")

    bot.register_message_handler(start, commands=["start"])
    bot.register_callback_query_handler(pressed, func=lambda _call: True)
    return bot


@contextmanager
def answering(sandbox: Running) -> Iterator[TeleBot]:
    """The tiny bot polls in a thread until the block ends."""
    stop = threading.Event()
    with library_pointed_at(sandbox.base):
        bot = build_bot()
        thread = threading.Thread(target=_poll, args=(bot, stop), daemon=True)
        thread.start()
        try:
            yield bot
        finally:
            stop.set()
            thread.join()


def _poll(bot: TeleBot, stop: threading.Event) -> None:
    offset = 0
    while not stop.is_set():
        for update in bot.get_updates(offset=offset, timeout=10, long_polling_timeout=1):
            offset = update.update_id + 1
            bot.process_new_updates([update])


def picture() -> bytes:
    drawn = io.BytesIO()
    segno.make("https://shop.example/").save(drawn, kind="png", scale=4)
    return drawn.getvalue()
