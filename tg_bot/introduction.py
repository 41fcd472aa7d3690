"""What the bot tells Telegram about itself before it listens: its commands, and that it polls."""

import logging
from typing import Any

from telebot import apihelper, types

from common.i18n.catalogues import LANGUAGES
from common.i18n.texts import deferred, texts_in
from common.telegram.errors import classify
from common.telegram.sender import Sender

log = logging.getLogger(__name__)
_api: Any = apihelper  # untyped
DESCRIPTIONS = {
    "start": deferred("Start from the beginning"),
    "menu": deferred("Menu"),
    "help": deferred("How to connect a device"),
    "profile": deferred("My access"),
    "language": deferred("Язык / Language"),
}
DEFAULT_MENU = ""


def introduce(token: str, sender: Sender) -> None:
    """Raises TelegramError. A webhook left by somebody would make every poll a 409."""
    try:
        _api.delete_webhook(token)
    except Exception as error:  # noqa: BLE001 -- classify() knows them all
        raise classify(error) from None
    for language in (DEFAULT_MENU, *LANGUAGES):
        wanted = commands(language)
        if _present(token, language) != wanted:
            sender.set_my_commands(wanted, language=language)
            log.info("the command menu was renewed", extra={"language": language or "default"})


def commands(language: str) -> list[tuple[str, str]]:
    t = texts_in(language or "en")
    return [(command, t.plain(description)) for command, description in DESCRIPTIONS.items()]


def _present(token: str, language: str) -> list[tuple[str, str]]:
    scope = types.BotCommandScope(type="all_private_chats")  # type: ignore[no-untyped-call]  # not annotated
    try:
        found = _api.get_my_commands(token, scope=scope, language_code=language or None)
    except Exception as error:  # noqa: BLE001 -- classify() knows them all
        raise classify(error) from None
    return [(one["command"], one["description"]) for one in found or []]
