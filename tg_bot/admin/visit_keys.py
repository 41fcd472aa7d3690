"""Keys that stand under more than one of the admin's screens."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Style, press
from tg_bot.admin.names import Item
from tg_bot.names import Name


def item(label: str, name: Item, *arguments: str | int, style: Style | None = None) -> Key:
    """Raises ValueError when it would be over Telegram's 64 bytes."""
    return press(label, Name.ADMIN, name, *arguments, style=style)


def menu(t: Texts) -> Key:
    return item(t.label("🛠 Admin menu"), Item.MENU)


def find(t: Texts) -> Key:
    return item(t.label("🔎 Find a user"), Item.FIND)


def card(t: Texts, user_id: int) -> Key:
    return item(t.label("👤 Card"), Item.CARD, user_id)


def cancel(t: Texts) -> Key:
    return item(t.label("✖️ Cancel"), Item.MENU)
