"""Who blocked the bot and who came back: noted on disk, then told to main_api until it knows."""

import logging

from common.clients.main_api import MainApi
from common.errors import NotFound, ServiceError
from models.users import UserChange
from tg_bot.states import States

log = logging.getLogger(__name__)
MEMBERSHIP = "membership"


class Membership:
    def __init__(self, main_api: MainApi, states: States) -> None:
        self._main_api, self._states = main_api, states

    def note(self, telegram_id: int, *, blocked: bool) -> None:
        """The newest word stands, so that a late telling cannot undo it."""
        self._states.put(telegram_id, MEMBERSHIP, {"blocked": blocked})
        self.tell(telegram_id)

    def untold(self) -> list[int]:
        return self._states.people_with(MEMBERSHIP)

    def tell(self, telegram_id: int) -> None:
        noted = self._states.get(telegram_id, MEMBERSHIP)
        if noted is None:
            return
        try:
            user = self._main_api.user_by_telegram(telegram_id)
            if user.blocked != noted["blocked"]:
                self._main_api.change_user(user.user_id, UserChange(blocked=noted["blocked"]))
        except NotFound:
            pass  # a stranger has blocked the bot: nobody would write to him anyway
        except ServiceError as trouble:
            log.warning("who blocked the bot stays untold for now: %s", trouble)
            return
        self._states.drop(telegram_id, MEMBERSHIP)
