"""Keys that stand under more than one kind: the bot's own by name, and one that has no name."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Style, press
from common.telegram.named_keys import connect, renew, support
from models.buttons import Button

__all__ = ["connect", "plans", "renew", "support"]


def plans(t: Texts) -> Key:
    """For who has bought nothing yet, and so has nothing to renew."""
    return press(t.label("💳 Plans and prices"), Button.RENEW, style=Style.SUCCESS)
