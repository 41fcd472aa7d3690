"""Shows a View: edits the bot's own screen when it can, else sends a new one."""

import logging
from dataclasses import dataclass

from common.telegram.errors import Outcome, TelegramError
from common.telegram.sender import Sender
from tg_bot.states import States
from tg_bot.visit import View

log = logging.getLogger(__name__)
SCREENS = "screens"
REMEMBERED = 10
LATER = frozenset({Outcome.UNAVAILABLE, Outcome.RETRY_AFTER, Outcome.TOKEN_REVOKED})


class NotDelivered(Exception):
    """Telegram could not be reached and nothing was shown: it may be tried again."""


class Unshowable(Exception):
    """Telegram refuses the view itself: it is our fault, and trying again is no use."""


@dataclass(frozen=True)
class Place:
    """`message_id` is the message whose key was pressed, if one was."""

    chat_id: int
    message_id: int | None = None


class Delivery:
    def __init__(self, sender: Sender, states: States) -> None:
        self._sender, self._states = sender, states

    def show(self, place: Place, view: View) -> None:
        """Raises NotDelivered and Unshowable."""
        if not self._edited(place, view):
            self._sent(place.chat_id, view)

    def answer(self, query_id: str, toast: str = "") -> None:
        """Stop the key's spinner. Raises NotDelivered; other trouble is not worth a screen."""
        try:
            self._sender.answer_callback_query(query_id, toast)
        except TelegramError as trouble:
            if trouble.outcome is Outcome.UNAVAILABLE:
                raise NotDelivered from None
            log.warning("a press stays unanswered: %s", trouble.outcome)

    def _edited(self, place: Place, view: View) -> bool:
        """Only screens are edited: a receipt with a key under it must stay what it is."""
        if view.photo or place.message_id not in self._screens(place.chat_id):
            return False
        try:
            self._sender.edit_message_text(
                place.chat_id, int(place.message_id or 0), view.text, view.keyboard
            )
        except TelegramError as trouble:
            if trouble.outcome is Outcome.EDIT_IMPOSSIBLE:
                return False
            if trouble.outcome is Outcome.UNKNOWN:
                raise NotDelivered from None  # the same edit twice does no harm
            _judge(trouble)
        return True

    def _sent(self, chat_id: int, view: View) -> None:
        try:
            if view.photo:
                self._sender.send_photo(chat_id, view.photo, view.text, view.keyboard)
                return
            message_id = self._sender.send_message(chat_id, view.text, view.keyboard)
        except TelegramError as trouble:
            _judge(trouble)
        else:
            screens = [*self._screens(chat_id), message_id][-REMEMBERED:]
            self._states.put(chat_id, SCREENS, {"messages": screens})

    def _screens(self, chat_id: int) -> list[int]:
        state = self._states.get(chat_id, SCREENS)
        return list(state["messages"]) if state else []


def _judge(trouble: TelegramError) -> None:
    if trouble.outcome in LATER:
        raise NotDelivered from None
    if trouble.outcome is Outcome.OUR_BUG:
        raise Unshowable from None
    log.warning("a screen was not shown: %s", trouble.outcome)
