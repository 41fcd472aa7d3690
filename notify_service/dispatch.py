"""One notice after another: permit, claim, is it still wanted and is it day, words, call, outcome.

The permit comes before the claim, so that little time lies between a claim and its call: what is
killed in between is `unknown`.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import Counter

from common.clients.main_api import MainApi
from common.clock import Clock
from common.errors import NotFound, ServiceError, Unavailable
from common.i18n.texts import Texts, texts_in
from common.i18n.zones import zone_of
from common.storage.protocol import StorageUnavailable
from common.telegram.errors import Outcome, TelegramError
from common.telegram.gate import Gate, Traffic
from common.telegram.sender import Sender
from models.users import User, UserChange
from notify_service.kinds import KINDS
from notify_service.kinds.base import AnyKind, Circumstances, Message
from notify_service.outcomes import backoff, verdict
from notify_service.persistence import Persistence
from notify_service.quiet import QuietHours
from notify_service.store import Claimed, NoticeStore, State

log = logging.getLogger(__name__)


@dataclass
class Dispatcher:
    """`token_refused` is true from when Telegram refuses our token until it takes it again."""

    store: NoticeStore
    sender: Sender
    gate: Gate
    main_api: MainApi
    clock: Clock
    delivered: Counter
    persistence: Persistence
    quiet: QuietHours | None = None
    token_refused: bool = False

    def deliver_one(self) -> bool:
        """False when nothing is due. Ask `gate` first: it gives the permit that this uses.

        Raises StorageUnavailable when nothing could be claimed.
        """
        claimed = self.store.claim(self.clock())
        if claimed is None:
            self.gate.give_back()
            return False
        if claimed.telegram_id in self.gate.held_chats():
            self.gate.give_back()
            self._put_back(claimed, timedelta())
            return True
        try:
            self._deliver(claimed, KINDS[claimed.kind])
        except Exception as bug:  # noqa: BLE001 -- one notice must not stop the others
            log.error(  # noqa: TRY400 -- the text of what broke may hold the message
                "a notice cannot be composed",
                extra={"kind": claimed.kind, "why": type(bug).__name__},
            )
            self._finish(claimed, "failed", why=type(bug).__name__)
        return True

    def permit(self) -> float:
        """0 and one may be sent; else the seconds after which to ask again."""
        return self.gate.try_enter(Traffic.TRANSACTIONAL)

    def tell_blocked(self) -> None:
        """Let main_api know who has blocked the bot; whoever it does not know is nobody's."""
        for key, telegram_id in self.store.blocked_to_tell():
            try:
                user = self.main_api.user_by_telegram(telegram_id)
                self.main_api.change_user(user.user_id, UserChange(blocked=True))
            except NotFound:
                pass
            except ServiceError as away:
                log.warning("main_api does not take a mark", extra={"code": away.code})
                return
            self.store.told_blocked(key)

    def _deliver(self, claimed: Claimed, kind: AnyKind) -> None:
        try:
            user = self._user(claimed, kind)
        except Unavailable:
            self._put_back(claimed, backoff(claimed.attempts))
            return
        now = self.clock()
        params = kind.params.model_validate(claimed.params)
        if not _wanted(kind, params, user, now):
            self._finish(claimed, "dropped", why="no longer wanted")
        elif morning := self._morning(kind, params, user, now):
            self.persistence.write(lambda: self.store.wait_until(claimed.key, morning))
        else:
            circumstances = Circumstances(now, user)
            self._send(claimed, kind.compose(params, _texts(claimed, user), circumstances))

    def _morning(
        self, kind: AnyKind, params: Any, user: User | None, now: datetime
    ) -> datetime | None:
        """Until when it waits; None when it goes now."""
        use_ends = kind.use_ends(params, user) if kind.use_ends and user else None
        if self.quiet is None or not kind.waits_for_morning or user is None or use_ends is None:
            return None
        morning = self.quiet.over_at(now, zone_of(user.time_zone))
        return morning if morning and morning < use_ends else None

    def _user(self, claimed: Claimed, kind: AnyKind) -> User | None:
        """None when it is not needed, or nobody's; raises Unavailable if the kind needs it.

        A message in the default language now is better than one in the right language later.
        """
        if kind.wanted is None and claimed.language and not kind.dated:
            return None
        try:
            return self.main_api.user_by_telegram(claimed.telegram_id)
        except NotFound:
            return None
        except ServiceError as away:
            log.warning("main_api does not tell of a user", extra={"code": away.code})
            if kind.wanted is None:
                return None
            raise Unavailable("main_api is needed") from None

    def _send(self, claimed: Claimed, message: Message) -> None:
        try:
            if not self.store.call_begins(claimed):
                return
        except StorageUnavailable:
            self._put_back(claimed, backoff(claimed.attempts))
            return
        try:
            sent = self.sender.send_message(claimed.telegram_id, message.html, message.keyboard)
        except TelegramError as failure:
            self._failed(claimed, failure)
            return
        self.token_refused = False
        self._finish(claimed, "sent", message_id=sent)

    def _failed(self, claimed: Claimed, failure: TelegramError) -> None:
        self.token_refused = failure.outcome is Outcome.TOKEN_REVOKED
        if self.token_refused:
            log.critical("Telegram refuses the bot's token: nothing can be sent")
        decided = verdict(failure, claimed.attempts)
        self.gate.hold(decided.hold_seconds)
        if decided.state is None:
            self._put_back(claimed, decided.after)
            return
        log.warning("a notice was not delivered", extra={
            "kind": claimed.kind, "state": decided.state, "outcome": failure.outcome,
        })  # fmt: skip
        self._finish(claimed, decided.state, why=failure.outcome.value)
        if decided.state == "blocked":
            self.persistence.write(self.tell_blocked)

    def _put_back(self, claimed: Claimed, after: timedelta) -> None:
        """No sooner than something may be sent to his chat."""
        held = timedelta(seconds=self.gate.held_chats().get(claimed.telegram_id, 0.0))
        next_at = self.clock() + max(after, held)
        self.persistence.write(lambda: self.store.put_back(claimed.key, next_at))

    def _finish(
        self, claimed: Claimed, state: State, *, why: str = "", message_id: int | None = None
    ) -> None:
        now = self.clock()
        self.persistence.write(
            lambda: self.store.finish(claimed.key, state, now, why=why, message_id=message_id)
        )
        self.delivered.labels(claimed.kind.value, state).inc()


def _wanted(kind: AnyKind, params: Any, user: User | None, now: datetime) -> bool:
    if kind.wanted is not None and (user is None or not kind.wanted(params, user, now)):
        return False
    use_ends = kind.use_ends(params, user) if kind.use_ends and user else None
    return use_ends is None or now < use_ends


def _texts(claimed: Claimed, user: User | None) -> Texts:
    """The person may have chosen another language since it was added."""
    return texts_in(user.language, user.time_zone) if user else texts_in(claimed.language)
