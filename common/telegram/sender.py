"""Every call to Telegram goes through here: HTML only, previews off, errors told apart."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from telebot import apihelper, types, util

from common.clock import Sleep, real_sleep
from common.telegram.errors import Outcome, TelegramError, classify
from common.telegram.gate import MARGIN_SECONDS, Gate, Traffic
from common.telegram.keyboards import Keyboard, markup
from common.telegram.transport import READ_SECONDS, Transport, install

log = logging.getLogger(__name__)
T = TypeVar("T")
_AllPrivateChats: Any = types.BotCommandScopeAllPrivateChats
_OneChat: Any = types.BotCommandScopeChat
_api: Any = apihelper  # untyped; its answers are raw, so none that has arrived can fail to parse
NO_PREVIEW = types.LinkPreviewOptions(is_disabled=True)  # a preview would fetch people's own links
HTML = "HTML"
INTERACTIVE_RETRIES = 2
INTERACTIVE_PATIENCE_SECONDS = 3.0
RECONNECT_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Me:
    id: int
    username: str


class Sender:
    """One bot's calls as methods; all raise TelegramError, and only that.

    Interactive: each call is counted at the gate; a 429 of a few seconds or a refused connection is
    repeated here. Other traffic: the caller has its permit from the gate before it claims what
    it sends, and repeats by its own durable means. The gate learns in which chat each 429 was.
    Nothing is ever repeated after Outcome.UNKNOWN. Threads may share it.
    """

    def __init__(
        self,
        token: str,
        *,
        api_url: str,
        gate: Gate,
        traffic: Traffic,
        proxy: str | None = None,
        read_seconds: float = READ_SECONDS,
        sleep: Sleep = real_sleep,
    ) -> None:
        util.validate_token(token)
        install(token, Transport(api_url, proxy, time.monotonic, read_seconds))
        self._token, self._gate, self._traffic, self._sleep = token, gate, traffic, sleep

    def send_message(
        self, chat_id: int, html: str, keyboard: Keyboard = (), *, silent: bool = False
    ) -> int:
        """The new message's id."""
        return _message_id(self._call(chat_id, lambda: _api.send_message(
            self._token, chat_id, html, parse_mode=HTML, link_preview_options=NO_PREVIEW,
            reply_markup=markup(keyboard), disable_notification=silent or None,
        )))  # fmt: skip

    def send_photo(
        self,
        chat_id: int,
        photo: bytes | str,
        html: str = "",
        keyboard: Keyboard = (),
        *,
        file_name: str = "photo.png",
    ) -> int:
        """The new message's id; `photo` is an image's bytes or a file_id."""
        return _message_id(self._call(chat_id, lambda: _api.send_photo(
            self._token, chat_id, _upload(photo, file_name), html, parse_mode=HTML,
            reply_markup=markup(keyboard),
        )))  # fmt: skip

    def edit_message_text(
        self, chat_id: int, message_id: int, html: str, keyboard: Keyboard = ()
    ) -> None:
        """Without a keyboard the old one goes. What already stands there is a success."""
        self._call(
            chat_id,
            lambda: _api.edit_message_text(
                self._token, html, chat_id, message_id, parse_mode=HTML,
                link_preview_options=NO_PREVIEW, reply_markup=markup(keyboard),
            ),
            harmless=Outcome.NOT_MODIFIED,
        )  # fmt: skip

    def answer_callback_query(self, query_id: str, text: str = "", *, alert: bool = False) -> None:
        """Stops the key's spinner; plain text of at most 200 characters. Too late is harmless."""
        self._call(
            None,
            lambda: _api.answer_callback_query(
                self._token, query_id, text or None, show_alert=alert or None
            ),
            harmless=Outcome.QUERY_TOO_OLD,
        )

    def copy_message(
        self,
        chat_id: int,
        from_chat_id: int,
        message_id: int,
        keyboard: Keyboard = (),
        *,
        silent: bool = False,
    ) -> int:
        """The copy's id."""
        return _message_id(self._call(chat_id, lambda: _api.copy_message(
            self._token, chat_id, from_chat_id, message_id, reply_markup=markup(keyboard),
            disable_notification=silent or None,
        )))  # fmt: skip

    def delete_message(self, chat_id: int, message_id: int) -> None:
        """What cannot be deleted (any more) is harmless."""
        self._call(
            chat_id,
            lambda: _api.delete_message(self._token, chat_id, message_id),
            harmless=Outcome.EDIT_IMPOSSIBLE,
        )

    def delete_messages(self, chat_id: int, message_ids: Sequence[int]) -> None:
        """At most 100; what is gone already is passed over, one that is over 48 h old raises
        EDIT_IMPOSSIBLE and none is deleted. Safe to repeat.
        """
        self._call(chat_id, lambda: _api.delete_messages(self._token, chat_id, list(message_ids)))

    def set_my_commands(
        self,
        commands: Sequence[tuple[str, str]],
        *,
        language: str = "",
        chat_id: int | None = None,
    ) -> None:
        """The menu of private chats, or of one: (command, description) pairs; a language or all."""
        menu = [types.BotCommand(command, description) for command, description in commands]
        scope = _AllPrivateChats() if chat_id is None else _OneChat(chat_id)
        self._call(None, lambda: _api.set_my_commands(self._token, menu, scope, language or None))

    def delete_my_commands(self, *, language: str, chat_id: int) -> None:
        """The menu that one chat has of its own: it shows that of all private chats again."""
        scope = _OneChat(chat_id)
        self._call(None, lambda: _api.delete_my_commands(self._token, scope, language or None))

    def get_me(self) -> Me:
        me = self._call(None, lambda: _api.get_me(self._token))
        return Me(int(me["id"]), str(me.get("username", "")))

    def get_updates(
        self, *, offset: int | None, wait_seconds: int, kinds: Sequence[str], limit: int = 100
    ) -> list[dict[str, Any]]:
        """Raw updates, unparsed: one that the library does not know must not hide the others.

        `wait_seconds` of at least 1. It neither asks the gate nor is repeated.
        """
        try:
            updates: list[dict[str, Any]] = _api.get_updates(
                self._token, offset, limit,
                allowed_updates=list(kinds), long_polling_timeout=wait_seconds,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 -- classify() knows them all
            raise classify(error) from None
        return updates or []

    def _call(
        self, chat_id: int | None, request: Callable[[], T], *, harmless: Outcome = Outcome.OK
    ) -> T | Any:
        retries = INTERACTIVE_RETRIES if self._traffic is Traffic.INTERACTIVE else 0
        while True:
            if self._traffic is Traffic.INTERACTIVE:
                self._gate.enter(self._traffic)
            try:
                return request()
            except Exception as error:  # noqa: BLE001 -- classify() knows them all
                failure = classify(error)
            finally:
                self._gate.answered()
            if failure.outcome is harmless:
                return None
            pause = self._pause_after(chat_id, failure)
            if not retries or pause is None:
                raise failure from None
            retries -= 1
            self._sleep(pause)

    def _pause_after(self, chat_id: int | None, failure: TelegramError) -> float | None:
        """Seconds after which an interactive call may be repeated; None: it may not."""
        if failure.outcome is Outcome.RETRY_AFTER:
            pause = failure.retry_after + MARGIN_SECONDS
            self._gate.refused(chat_id, pause)
            return pause if failure.retry_after <= INTERACTIVE_PATIENCE_SECONDS else None
        if failure.outcome is Outcome.OUR_BUG:
            log.error("Telegram refuses a call of ours", extra={"why": failure.description})
        return RECONNECT_SECONDS if failure.outcome is Outcome.UNAVAILABLE else None


def _message_id(answer: Any) -> int:
    return int(answer["message_id"])


def _upload(photo: bytes | str, file_name: str) -> types.InputFile | str:
    """A stream can be read once, so each attempt gets its own."""
    return photo if isinstance(photo, str) else types.InputFile(BytesIO(photo), file_name)
