"""From an update to a screen: who, in which language, which one; and an answer to every press."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from telebot import types

from common import request_id
from common.clients.main_api import MainApi
from common.clock import Clock
from common.errors import Forbidden, ServiceError, Unavailable
from common.i18n.texts import Texts, texts_in
from models.buttons import Button, parse
from models.codes import Code
from models.users import User
from tg_bot import stranger, trouble
from tg_bot.admin.door import Door
from tg_bot.asked import Asked, read_message
from tg_bot.delivery import Delivery, NotDelivered, Place, Unshowable
from tg_bot.membership import Membership
from tg_bot.names import Name
from tg_bot.people import People
from tg_bot.quiet import without_content
from tg_bot.screens import SCREENS
from tg_bot.throttle import Throttle, Verdict
from tg_bot.visit import View, Visit

log = logging.getLogger(__name__)
PRIVATE = "private"


class Dispatch:
    def __init__(
        self,
        *,
        main_api: MainApi,
        people: People,
        membership: Membership,
        delivery: Delivery,
        throttle: Throttle,
        clock: Clock,
        support_url: str,
        door: Door,
    ) -> None:
        self._door = door
        self._main_api, self._people, self._membership = main_api, people, membership
        self._delivery, self._throttle = delivery, throttle
        self._clock, self._support_url = clock, support_url

    def handle(self, update: types.Update) -> None:
        """Raises NotDelivered: nobody has seen an answer, so it has to be handled again."""
        request_id.adopt(None)
        if update.callback_query:
            self._pressed(update.callback_query)
        elif update.message:
            self._wrote(update.message)
        elif update.my_chat_member:
            self._came_or_left(update.my_chat_member)

    def _pressed(self, query: types.CallbackQuery) -> None:
        """The spinner is stopped first, since Telegram waits for that only some seconds."""
        person, message = query.from_user, query.message
        place = Place(message.chat.id, message.message_id) if message else Place(person.id)
        verdict = self._judged(person, f"{place.message_id}:{query.data}")
        toast = trouble.too_fast(self._texts(person)) if verdict is Verdict.TELL else ""
        self._answer(person, query.id, toast)
        if verdict is not Verdict.PASS or (message and message.chat.type != PRIVATE):
            return
        path = parse(query.data or "") or []
        if self._door.takes_press(person.id, path):
            self._show(person, place, partial(self._pressed_admin, person, place, path), path)
            return
        known = bool(path) and path[0] in SCREENS
        asked = Asked(path if known else [Button.MENU], pressed=True, old=not known)
        self._show(person, place, partial(self._view, person, asked), asked.path)

    def _pressed_admin(self, person: types.User, place: Place, path: list[str]) -> View:
        return self._door.pressed(person.id, self._texts_now(person), path[1:], place.message_id)

    def _wrote(self, message: types.Message) -> None:
        person = message.from_user
        if message.chat.type != PRIVATE or person is None or person.is_bot:
            return
        place = Place(message.chat.id)
        verdict = self._judged(person, "")
        if verdict is Verdict.TELL:
            self._deliver(person, place, View(trouble.too_fast(self._texts(person))))
        if verdict is not Verdict.PASS:
            return
        if self._door.takes_message(person.id, message):
            self._show(person, place, partial(self._wrote_admin, person, message), [Name.ADMIN])
            return
        asked = read_message(message.text)
        self._show(person, place, partial(self._view, person, asked), asked.path)

    def _judged(self, person: types.User, key: str) -> Verdict:
        """An admin is never told to slow down; the same key twice at once he does not mean."""
        verdict = self._throttle.judge(person.id, key)
        hurried = verdict in (Verdict.TELL, Verdict.DROP)
        return Verdict.PASS if hurried and self._door.knows(person.id) else verdict

    def _wrote_admin(self, person: types.User, message: types.Message) -> View:
        return self._door.wrote(person.id, self._texts_now(person), message)

    def _came_or_left(self, change: types.ChatMemberUpdated) -> None:
        if change.chat.type == PRIVATE and change.new_chat_member.status in ("kicked", "member"):
            blocked = change.new_chat_member.status == "kicked"
            self._membership.note(change.chat.id, blocked=blocked)

    def _show(
        self, person: types.User, place: Place, make: Callable[[], View], path: list[str]
    ) -> None:
        """`path` leads to the same again."""
        try:
            view = make()
        except Unavailable as away:
            log.warning("a neighbour is away: %s", away)
            view = trouble.away(self._texts(person), path)
        except Exception as error:  # noqa: BLE001 -- the person gets an answer in any case
            view = self._trouble(person, error)
        self._deliver(person, place, view)
        if view.gone:
            self._people.forget(person.id)
        if view.afterwards:
            self._show_afterwards(place, view.afterwards)

    def _show_afterwards(self, place: Place, make: Callable[[], View | None]) -> None:
        """What goes wrong here takes nothing from what has been shown."""
        try:
            view = make()
            if view:
                self._delivery.show(Place(place.chat_id), view)
        except Exception as error:  # noqa: BLE001 -- as above
            log.error("what was to follow was not shown", extra=without_content(error))  # noqa: TRY400

    def _view(self, person: types.User, asked: Asked) -> View:
        user = self._user(person, asked)
        if user is None:
            return stranger.view(self._texts(person), asked.path)
        t = texts_in(user.language, user.time_zone)
        if user.banned:
            return trouble.banned(t, self._support_url)
        name, *arguments = asked.path
        visit = Visit(
            user=user,
            t=t,
            now=self._clock(),
            main_api=self._main_api,
            support_url=self._support_url,
            arguments=tuple(arguments),
            note=_note(t, asked),
        )
        return SCREENS[name](visit)

    def _user(self, person: types.User, asked: Asked) -> User | None:
        """None: a key of an old message registers nobody, it takes a start or a word."""
        if asked.pressed and asked.path[0] != Name.START:
            return self._people.find(person)
        return self._people.identify(person, asked.referral)

    def _trouble(self, person: types.User, error: Exception) -> View:
        t = self._texts(person)
        if isinstance(error, Forbidden) and error.code == Code.USER_BANNED:
            return trouble.banned(t, self._support_url)
        log.error("a screen failed", extra=without_content(error))
        return trouble.wrong(t, request_id.current(), self._support_url)

    def _deliver(self, person: types.User, place: Place, view: View) -> None:
        try:
            self._delivery.show(place, view)
        except NotDelivered:
            self._throttle.forget_key(person.id)
            raise
        except Unshowable as refused:
            self._deliver_plainly(place, self._trouble(person, refused))

    def _deliver_plainly(self, place: Place, view: View) -> None:
        try:
            self._delivery.show(Place(place.chat_id), view)
        except Unshowable as refused:
            log.error(  # noqa: TRY400 -- the trace is in `extra`, without content
                "not even the apology can be shown", extra=without_content(refused)
            )

    def _answer(self, person: types.User, query_id: str, toast: str) -> None:
        try:
            self._delivery.answer(query_id, toast)
        except NotDelivered:
            self._throttle.forget_key(person.id)
            raise

    def _texts_now(self, person: types.User) -> Texts:
        """As _texts, but asked for: after a start nobody is known by heart."""
        with suppress(ServiceError):
            if user := self._people.find(person):
                return texts_in(user.language, user.time_zone)
        return self._texts(person)

    def _texts(self, person: types.User) -> Texts:
        return texts_in(self._people.language(person))


def _note(t: Texts, asked: Asked) -> str:
    if asked.old:
        return t("🕰 That button has grown old. Here is the menu as it is now.")
    if asked.unclear:
        return t("The buttons below lead to everything there is.")
    return ""
