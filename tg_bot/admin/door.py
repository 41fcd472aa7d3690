"""The door to the admin's menu: who may enter is looked at anew at every press and every message.

For whoever may not, nothing here answers, so that he gets what any user gets.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from telebot import types

from common.clock import Clock
from common.errors import NotFound
from common.i18n.texts import Texts
from models.codes import Code
from tg_bot.admin import ask_code
from tg_bot.admin.forms import looks_like_form
from tg_bot.admin.menu import open_menu
from tg_bot.admin.names import Item
from tg_bot.admin.registry import FORM, SCREENS, STEPS
from tg_bot.admin.totp import SecondFactor, code_in
from tg_bot.admin.visit import AdminVisit, Forged, Services, own_text
from tg_bot.names import Name
from tg_bot.screens import COMMANDS
from tg_bot.visit import View

COMMAND = "admin"
EXITS = frozenset({"exit", "/exit", "/cancel", "выход", "отмена"})


class Door:
    """`takes_…` tell whether it is for the admin's menu at all; only then is the rest asked."""

    def __init__(
        self,
        admin_ids: Collection[int],
        factor: SecondFactor,
        services: Services,
        clock: Clock,
        *,
        show_command: Callable[[int], object],
    ) -> None:
        """`show_command` puts /admin into the menu of an admin's own chat; it may fail silently."""
        self._admin_ids = frozenset(admin_ids)
        self._show_command, self._shown_to = show_command, set[int]()
        self._factor, self._services, self._clock = factor, services, clock

    def knows(self, telegram_id: int) -> bool:
        return telegram_id in self._admin_ids

    def takes_press(self, telegram_id: int, path: Sequence[str]) -> bool:
        """Any other key that an admin presses leaves what he was asked."""
        if telegram_id not in self._admin_ids:
            return False
        if path and path[0] == Name.ADMIN:
            return True
        self._services.dialogue.leave(telegram_id)
        return False

    def takes_message(self, telegram_id: int, message: types.Message) -> bool:
        """A command of the customers' leaves what was asked."""
        if telegram_id not in self._admin_ids:
            return False
        command = _command(message)
        if command in COMMANDS:
            self._services.dialogue.leave(telegram_id)
            return False
        return command == COMMAND or self._is_awaited(telegram_id, message)

    def pressed(self, admin_id: int, t: Texts, path: Sequence[str], message_id: int | None) -> View:
        """`path` is what the key carries after "adm". Raises ServiceError."""
        visit = replace(self._visit(admin_id, t), message_id=message_id)
        if not self._factor.passed(admin_id):
            return ask_code.asked(self._factor, visit)
        self._services.dialogue.leave(admin_id)
        name, *arguments = path or [Item.MENU]
        if name not in SCREENS:
            return _grown_old(visit)
        try:
            return SCREENS[name](replace(visit, arguments=tuple(arguments)))
        except Forged:
            return _grown_old(visit)
        except NotFound as missing:
            return _gone(visit, missing)

    def wrote(self, admin_id: int, t: Texts, message: types.Message) -> View:
        """Raises ServiceError."""
        visit = replace(self._visit(admin_id, t), message=message)
        if self._is_code(admin_id, message):
            return ask_code.judged(self._factor, visit)
        if _words(message) in EXITS:
            return self._left(visit)
        if not self._factor.passed(admin_id):
            return ask_code.asked(self._factor, visit)
        if _command(message) == COMMAND:
            return self._opened(visit)
        return self._answered(visit, message)

    def _opened(self, visit: AdminVisit) -> View:
        """Who has started the bot only after it was up has no /admin in his commands yet."""
        self._services.dialogue.leave(visit.admin_id)
        if visit.admin_id not in self._shown_to:
            self._show_command(visit.admin_id)
            self._shown_to.add(visit.admin_id)
        return open_menu(visit)

    def _answered(self, visit: AdminVisit, message: types.Message) -> View:
        taken = self._services.dialogue.take(visit.admin_id, message.message_id)
        step = STEPS.get(taken.step) if taken else None
        keeps_forms = step is not None and (step.anything or step.reads_forms)
        try:
            if looks_like_form(own_text(message)) and not keeps_forms:
                return FORM(visit)
            if taken is None or step is None:
                return _grown_old(visit)
            return step.take(replace(visit, data=taken.data))
        except Forged:
            return _grown_old(visit)
        except NotFound as missing:
            return _gone(visit, missing)

    def _left(self, visit: AdminVisit) -> View:
        self._services.dialogue.leave(visit.admin_id)
        self._factor.forget(visit.admin_id)
        left = visit.t("👌 Left, nothing has been done.")
        if not self._factor.passed(visit.admin_id):
            return View(left)
        return open_menu(replace(visit, note=left))

    def _is_awaited(self, admin_id: int, message: types.Message) -> bool:
        dialogue = self._services.dialogue
        if dialogue.asked(admin_id) or dialogue.was_taken(admin_id, message.message_id):
            return True
        if looks_like_form(own_text(message)):
            return True
        leaves = self._factor.awaits(admin_id) and _words(message) in EXITS
        return leaves or self._is_code(admin_id, message)

    def _is_code(self, admin_id: int, message: types.Message) -> bool:
        if self._factor.judged(admin_id, message.message_id):
            return True
        return self._factor.awaits(admin_id) and code_in(own_text(message)) is not None

    def _visit(self, admin_id: int, t: Texts) -> AdminVisit:
        return AdminVisit(admin_id=admin_id, t=t, now=self._clock(), services=self._services)


def _words(message: types.Message) -> str:
    return own_text(message).lower()


def _command(message: types.Message) -> str | None:
    """As "admin" for "/admin", "/Admin@our_bot" and "/admin please"."""
    first = _words(message).partition(" ")[0]
    return first.removeprefix("/").partition("@")[0] if first.startswith("/") else None


def _grown_old(visit: AdminVisit) -> View:
    return open_menu(replace(visit, note=visit.t("🕰 That has grown old. Here is the menu.")))


def _gone(visit: AdminVisit, missing: NotFound) -> View:
    """Raises what is missing when it is not the user."""
    if missing.code != Code.NO_SUCH_USER:
        raise missing
    visit.leave()
    return open_menu(replace(visit, note=visit.t("🤷 This user is no longer there.")))
