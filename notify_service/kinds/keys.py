"""Keys that stand under more than one kind, named as the bot names its own."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Style, press
from models.buttons import Button


def renew(t: Texts) -> Key:
    return press(t.label("💳 Renew"), Button.RENEW, style=Style.SUCCESS)


def plans(t: Texts) -> Key:
    """For who has bought nothing yet, and so has nothing to renew."""
    return press(t.label("💳 Plans and prices"), Button.RENEW, style=Style.SUCCESS)


def connect(t: Texts) -> Key:
    return press(t.label("🔌 Connect"), Button.CONNECT, style=Style.SUCCESS)


def support(t: Texts) -> Key:
    return press(t.label("💬 Support"), Button.SUPPORT)
