"""What a person asks for, by a key or in writing: a screen's name and its arguments."""

import re
from dataclasses import dataclass

from models.buttons import Button
from tg_bot.names import Name
from tg_bot.screens import COMMANDS

REFERRAL = re.compile(r"ref_[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True)
class Asked:
    """`pressed`: by a key; `old`: by one of another version; `unclear`: in words we do not read."""

    path: list[str]
    pressed: bool = False
    old: bool = False
    unclear: bool = False
    referral: str | None = None


def read_message(text: str | None) -> Asked:
    """Commands as Telegram writes them: "/start ref_7", "/menu@our_bot"."""
    first, _, rest = (text or "").strip().partition(" ")
    name = COMMANDS.get(first.removeprefix("/").partition("@")[0].lower())
    if not first.startswith("/") or name is None:
        return Asked([Button.MENU], unclear=True)
    referral = rest.strip() if name == Name.START and REFERRAL.fullmatch(rest.strip()) else None
    return Asked([name], referral=referral)
