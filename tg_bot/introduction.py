"""What the bot tells Telegram about itself before it listens: its commands, and that it polls."""

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from telebot import apihelper, types

from common.i18n.catalogues import LANGUAGES
from common.i18n.texts import deferred, texts_in
from common.telegram.errors import Outcome, TelegramError, classify
from common.telegram.sender import Sender
from tg_bot.database import Database

log = logging.getLogger(__name__)
_api: Any = apihelper  # untyped
_AllPrivateChats: Any = types.BotCommandScopeAllPrivateChats
_OneChat: Any = types.BotCommandScopeChat
DESCRIPTIONS = {
    "start": deferred("Start from the beginning"),
    "menu": deferred("Menu"),
    "help": deferred("How to connect a device"),
    "profile": deferred("My access"),
    "language": deferred("Язык / Language"),
}
ADMIN_DESCRIPTIONS = DESCRIPTIONS | {"admin": deferred("Admin menu")}
DEFAULT_MENU = ""


def introduce(token: str, sender: Sender) -> None:
    """Raises TelegramError. A webhook left by somebody would make every poll a 409."""
    try:
        _api.delete_webhook(token)
    except Exception as error:  # noqa: BLE001 -- classify() knows them all
        raise classify(error) from None
    for language in (DEFAULT_MENU, *LANGUAGES):
        _renew(token, sender, language, commands(language))


def introduce_to_admins(token: str, sender: Sender, admin_ids: Iterable[int]) -> None:
    """The menus of their own chats name /admin, too. Who has not started the bot has no chat yet;
    that, and any other trouble, is no reason to stop: the command works without standing there.
    """
    for admin_id in admin_ids:
        try:
            for language in (DEFAULT_MENU, *LANGUAGES):
                wanted = commands(language, ADMIN_DESCRIPTIONS)
                _renew(token, sender, language, wanted, chat_id=admin_id)
        except TelegramError as trouble:
            level = logging.INFO if trouble.outcome is Outcome.GONE else logging.WARNING
            log.log(level, "an admin's command menu was not renewed: %s", trouble.outcome)


def withdraw_from_former(sender: Sender, database: Database, admin_ids: Collection[int]) -> None:
    """Whoever was an admin at an earlier start and is none now has /admin in his menu no longer.
    What cannot be done now is done at the next start.
    """
    rows = database.rows("SELECT telegram_id FROM admin_menus")
    for former in {int(str(row[0])) for row in rows}.difference(admin_ids):
        if _withdrawn(sender, former):
            with database.transaction() as db:
                db.execute("DELETE FROM admin_menus WHERE telegram_id = ?", (former,))
    with database.transaction() as db:
        for admin_id in admin_ids:
            db.execute("INSERT OR IGNORE INTO admin_menus (telegram_id) VALUES (?)", (admin_id,))


def _withdrawn(sender: Sender, former: int) -> bool:
    try:
        for language in (DEFAULT_MENU, *LANGUAGES):
            sender.delete_my_commands(language=language, chat_id=former)
    except TelegramError as trouble:
        if trouble.outcome is not Outcome.GONE:
            log.warning("a former admin's command menu was not withdrawn: %s", trouble.outcome)
            return False
    return True


def commands(language: str, shown: Mapping[str, str] = DESCRIPTIONS) -> list[tuple[str, str]]:
    t = texts_in(language or "en")
    return [(command, t.plain(description)) for command, description in shown.items()]


def _renew(
    token: str,
    sender: Sender,
    language: str,
    wanted: list[tuple[str, str]],
    chat_id: int | None = None,
) -> None:
    if _present(token, language, chat_id) != wanted:
        sender.set_my_commands(wanted, language=language, chat_id=chat_id)
        log.info("a command menu was renewed", extra={"language": language or "default"})


def _present(token: str, language: str, chat_id: int | None) -> list[tuple[str, str]]:
    scope = _AllPrivateChats() if chat_id is None else _OneChat(chat_id)
    try:
        found = _api.get_my_commands(token, scope=scope, language_code=language or None)
    except Exception as error:  # noqa: BLE001 -- classify() knows them all
        raise classify(error) from None
    return [(one["command"], one["description"]) for one in found or []]
