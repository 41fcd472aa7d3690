"""Who stands behind an update: registered at main_api once, then known by heart."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from telebot import types

from common.clients.main_api import MainApi
from common.errors import NotFound
from common.i18n.catalogues import language_of
from models.users import Language, RegisterRequest, User, UserChange
from tg_bot.states import States

MAX_KNOWN = 20_000
REFERRAL = "referral"
MAX_NAME = 256


@dataclass(frozen=True)
class _Known:
    user_id: int
    language: Language
    names: tuple[str | None, str | None, str | None]


class People:
    def __init__(self, main_api: MainApi, states: States) -> None:
        self._main_api, self._states = main_api, states
        self._lock = Lock()
        self._known: OrderedDict[int, _Known] = OrderedDict()

    def identify(self, person: types.User, referral: str | None = None) -> User:
        """The user as main_api has it now, registered when new. Raises ServiceError.

        `referral` stays in the states until main_api has heard it, whatever happens between.
        """
        if referral and not self._recall(person.id):
            self._states.put(person.id, REFERRAL, {"payload": referral})
        return self._present(self._met(person) or self._register(person))

    def find(self, person: types.User) -> User | None:
        """As identify, but nobody is registered: None for whom main_api does not know."""
        user = self._met(person)
        if user is None:
            try:
                self._main_api.user_by_telegram(person.id)
            except NotFound:
                return None
            user = self._register(person)
        return self._present(user)

    def forget(self, telegram_id: int) -> None:
        """Whatever is remembered of a person who is gone."""
        self._drop(telegram_id)
        self._states.drop_all(telegram_id)

    def language(self, person: types.User) -> Language:
        """The chosen one if it is known, else by the person's own app; needs nobody."""
        known = self._recall(person.id)
        if known:
            return known.language
        return language_of(person.language_code)

    def remember(self, user: User) -> None:
        names = (user.username, user.first_name, user.last_name)
        with self._lock:
            old = self._known.pop(user.telegram_id, None)
            self._known[user.telegram_id] = _Known(
                user.user_id, user.language, old.names if old else names
            )
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)

    def _met(self, person: types.User) -> User | None:
        """Whom we know by heart under the same names; None when main_api knows no such user."""
        known = self._recall(person.id)
        if known is None or known.names != _names(person):
            return None
        try:
            return self._main_api.user(known.user_id)
        except NotFound:
            self._drop(person.id)
            return None

    def _register(self, person: types.User) -> User:
        waiting = self._states.get(person.id, REFERRAL)
        username, first_name, last_name = names = _names(person)
        user = self._main_api.register(
            RegisterRequest(
                telegram_id=person.id,
                username=username,
                first_name=first_name,
                last_name=last_name,
                language_code=person.language_code,
                referral_payload=waiting["payload"] if waiting else None,
            )
        )
        if waiting:
            self._states.drop(person.id, REFERRAL)
        with self._lock:
            self._known[person.id] = _Known(user.user_id, user.language, names)
        return user

    def _present(self, user: User) -> User:
        """Who writes to the bot has not blocked it, whatever was noted before."""
        if user.blocked:
            user = self._main_api.change_user(user.user_id, UserChange(blocked=False))
        self.remember(user)
        return user

    def _recall(self, telegram_id: int) -> _Known | None:
        with self._lock:
            return self._known.get(telegram_id)

    def _drop(self, telegram_id: int) -> None:
        with self._lock:
            self._known.pop(telegram_id, None)


def _names(person: types.User) -> tuple[str | None, str | None, str | None]:
    return _clean(person.username), _clean(person.first_name), _clean(person.last_name)


def _clean(name: str | None) -> str | None:
    """Half a surrogate pair would make the whole request unreadable."""
    return name.encode("utf-8", "replace").decode()[:MAX_NAME] if name else None
