"""What a screen is given and what it gives back: a Visit in, a View out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.clients.main_api import MainApi
from common.i18n.texts import Texts
from common.telegram.keyboards import Keyboard
from models.users import User


@dataclass(frozen=True)
class Visit:
    """One person at one screen: `user` is fresh from main_api, `arguments` come from the key that
    was pressed and are anybody's invention. `note` is what the screen has to say first.
    """

    user: User
    t: Texts
    now: datetime
    main_api: MainApi
    support_url: str
    arguments: tuple[str, ...] = ()
    note: str = ""

    def argument(self) -> str:
        return self.arguments[0] if self.arguments else ""


@dataclass(frozen=True)
class View:
    """`text` is HTML; `photo` a PNG to which it is then the caption. `gone`: the person's data is
    deleted, and the bot forgets whoever has seen this. `afterwards` makes what takes long, and
    may well fail: it is sent when this view is there, or not at all.
    """

    text: str
    keyboard: Keyboard = ()
    photo: bytes | None = None
    gone: bool = False
    afterwards: Callable[[], "View | None"] | None = None


Screen = Callable[[Visit], View]
"""A thin handler: it asks main_api and gives the answer to pure functions. Raises ServiceError."""
