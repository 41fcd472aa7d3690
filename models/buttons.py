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
