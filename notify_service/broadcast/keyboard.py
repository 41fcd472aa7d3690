"""A broadcast's keys: names checked when it is drafted, labels in each reader's own language."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from common.clients.main_api import MainApi
from common.errors import Invalid
from common.i18n.texts import texts_in
from common.telegram.keyboards import LINK_SCHEMES, Key, Keyboard, link
from common.telegram.named_keys import NAMED_KEYS, named_key
from models.broadcasts import BroadcastButton


def check(rows: Sequence[Sequence[BroadcastButton]], main_api: MainApi) -> None:
    """Raises Invalid, with the unknown names; Unavailable when a country's name is to be checked
    and main_api is away.
    """
    keys = [key for row in rows for key in row]
    unknown = {key.name for key in keys if key.name and key.name not in NAMED_KEYS}
    if unknown:
        unknown -= {server.country for server in main_api.servers().servers}
    if unknown:
        raise Invalid("no such buttons", code="unknown_buttons", names=sorted(unknown))
    wrong = [key.url for key in keys if key.url and not _opens(key.url)]
    if wrong:
        raise Invalid("a button cannot open this", code="wrong_links", urls=wrong)


def keyboard_in(language: str, rows: Sequence[Sequence[BroadcastButton]]) -> Keyboard:
    t = texts_in(language)

    def shown(key: BroadcastButton) -> Key:
        return named_key(t, key.name) if key.name else link(key.text, key.url)

    return [[shown(key) for key in row] for row in rows]


def _opens(url: str) -> bool:
    """Telegram wants a dot in a host's name; on this machine the sandbox's own pages pass."""
    try:
        parts = urlsplit(url)
        return parts.scheme in LINK_SCHEMES and bool(parts.hostname) and " " not in url
    except ValueError:
        return False
