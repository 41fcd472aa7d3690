"""Keys that stand under more than one kind, named as the bot names its own."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Style, press
from models.buttons import Button


def renew(t: Texts) -> Key:
    return press(t.label("💳 Renew"), Button.RENEW, style=Style.SUCCESS)


def support(t: Texts) -> Key:
    return press(t.label("💬 Support"), Button.SUPPORT)
