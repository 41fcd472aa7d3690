"""The bot's buttons by their names (P's), as notices and broadcasts may carry them too.

`callback(name)` is what Telegram sends back: a version, then the name, then its arguments. Old
buttons live in chats for years, so the version changes when the meaning does.
"""

from enum import StrEnum

VERSION = "s1"
MAX_CALLBACK_BYTES = 64


class Button(StrEnum):
    MENU = "menu"
    CONNECT = "connect"
    RENEW = "renewSub"
    PROFILE = "profile"
    TRIAL = "subTrial"
    MY_KEYS = "myKeys"
    SUPPORT = "support"
    CHANGE_REGION = "changeRegion"


def callback(name: str, *arguments: str | int) -> str:
    """Raises ValueError when it would be over Telegram's 64 bytes."""
    data = ":".join([VERSION, name, *map(str, arguments)])
    if len(data.encode()) > MAX_CALLBACK_BYTES:
        raise ValueError(f"callback data over {MAX_CALLBACK_BYTES} bytes: {data!r}")
    return data


def parse(data: str) -> list[str] | None:
    """[name, arguments...]; None for a button of another version or no button of ours."""
    version, *rest = data.split(":")
    return rest if version == VERSION and rest and rest[0] else None


NAMED = tuple(Button)
"""What a broadcast may carry by name, beside the names of the countries that have servers."""


def folded(word: str) -> str:
    """As names are compared: in any case, and ё is the same letter as its plain sister."""
    return word.strip().casefold().replace("ё", "\N{CYRILLIC SMALL LETTER IE}")


class BroadcastAct(StrEnum):
    """What the keys under a broadcast's progress do, in the admin's menu."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    DELETE = "delete"


ADMIN_NAME, BROADCAST_NAME = "adm", "cast"
MAX_BROADCAST_ID = 24  # so that its keys keep within Telegram's bytes


def broadcast_path(act: BroadcastAct, broadcast_id: str) -> tuple[str, ...]:
    """The name and the arguments of such a key."""
    return (ADMIN_NAME, BROADCAST_NAME, act.value, broadcast_id)
