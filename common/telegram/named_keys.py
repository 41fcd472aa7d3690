"""The bot's own buttons by their names, under their own labels in the reader's language."""

from collections.abc import Callable, Mapping

from common.i18n.countries import country_label
from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Style, press
from models.buttons import Button


def connect(t: Texts) -> Key:
    return press(t.label("🔌 Connect"), Button.CONNECT, style=Style.PRIMARY)


def renew(t: Texts) -> Key:
    return press(t.label("💳 Renew"), Button.RENEW, style=Style.SUCCESS)


def profile(t: Texts) -> Key:
    return press(t.label("👤 Profile"), Button.PROFILE)


def trial(t: Texts) -> Key:
    return press(t.label("🎁 Try for free"), Button.TRIAL, style=Style.SUCCESS)


def my_keys(t: Texts) -> Key:
    return press(t.label("🗝 My keys"), Button.MY_KEYS)


def support(t: Texts) -> Key:
    return press(t.label("💬 Support"), Button.SUPPORT)


def regions(t: Texts) -> Key:
    return press(t.label("🌍 Choose a region"), Button.CHANGE_REGION)


def menu(t: Texts) -> Key:
    return press(t.label("☰ Menu"), Button.MENU)


NAMED_KEYS: Mapping[str, Callable[[Texts], Key]] = {
    Button.CONNECT: connect,
    Button.RENEW: renew,
    Button.PROFILE: profile,
    Button.TRIAL: trial,
    Button.MY_KEYS: my_keys,
    Button.SUPPORT: support,
    Button.CHANGE_REGION: regions,
    Button.MENU: menu,
}


def named_key(t: Texts, name: str) -> Key:
    """A name that is none of the bot's own is a country's: its key leads to that region."""
    known = NAMED_KEYS.get(name)
    if known:
        return known(t)
    return press(country_label(t.language, name), Button.CHANGE_REGION, name)
