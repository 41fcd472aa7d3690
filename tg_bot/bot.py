"""The running bot: its parts put together, its polling thread, and a stop that loses nothing."""

import logging
from threading import Event, Thread
from typing import Any

from common.supervision import Watchdog
from common.telegram.errors import Outcome, TelegramError
from tg_bot.admin.dialogue import Dialogue
from tg_bot.admin.door import Door
from tg_bot.admin.totp import SecondFactor
from tg_bot.admin.visit import Services
from tg_bot.database import DatabaseError
from tg_bot.delivery import Delivery
from tg_bot.deps import Deps
from tg_bot.dispatch import Dispatch
from tg_bot.handling import Handling
from tg_bot.inbox import Inbox
from tg_bot.introduction import introduce, introduce_to_admins, withdraw_from_former
from tg_bot.lanes import Lanes
from tg_bot.membership import Membership
from tg_bot.people import People
from tg_bot.polling import KINDS, PATIENCE_SECONDS, Poller, TokenRefused
from tg_bot.quiet import without_content
from tg_bot.settings import Settings
from tg_bot.states import States
from tg_bot.throttle import Throttle

log = logging.getLogger(__name__)
WORKERS = 32
JOIN_SECONDS, DRAIN_SECONDS, CONFIRM_SECONDS = 0.1, 3.4, 1.0
RETRY_SECONDS = 1.0
INTRODUCTION_SECONDS = 900.0  # some calls for each language and admin, each with its deadlines
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Bot:
    def __init__(self, settings: Settings, deps: Deps, watchdog: Watchdog | None = None) -> None:
        self._token, self._sender = settings.bot_token, deps.sender
        self._admin_ids = settings.admin_telegram_ids
        self._database = deps.database
        self._inbox = Inbox(deps.database, deps.clock)
        self._lanes = Lanes(WORKERS)
        self._stop = Event()
        self._watchdog = watchdog or Watchdog()
        self._handling = _handling(settings, deps, self._inbox, self._lanes)
        self._poller = Poller(
            self._fetch,
            self._inbox,
            deliver=self._handling.deliver,
            backlog=self._lanes.backlog,
            stop=self._stop,
            watchdog=self._watchdog,
        )
        self._thread = Thread(target=self._listen, name="polling", daemon=True)
        self.refused = False

    def start(self) -> None:
        self._thread.start()
        Thread(target=self._try_again, name="retries", daemon=True).start()

    def is_listening(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """No new update is taken, what is being handled is finished, Telegram is told; within 5 s.

        A long poll that hangs is left alone: what it might still bring is not stored and so not
        confirmed. What does not finish in time stands in the inbox for the next start.
        """
        self._stop.set()
        self._thread.join(JOIN_SECONDS)
        if not self._lanes.drain(DRAIN_SECONDS):
            log.warning("stopped with work unfinished; it is repeated at the next start")
        last_word = Thread(target=self._poller.confirm, daemon=True)
        last_word.start()
        last_word.join(CONFIRM_SECONDS)

    def _listen(self) -> None:
        try:
            if self._introduced() and not self._stop.is_set():
                self._handling.deliver(self._inbox.waiting())
                log.info("listening to Telegram")
                self._poller.run()
        except TokenRefused:
            self.refused = True
        except Exception as error:  # noqa: BLE001 -- a bug of ours: the process ends, and is restarted
            log.critical("polling has stopped", extra=without_content(error))

    def _introduced(self) -> bool:
        """Tries until Telegram is there; False when stopped meanwhile. Raises TokenRefused."""
        tries = 0
        while not self._stop.is_set():
            self._watchdog.expect("polling", INTRODUCTION_SECONDS)
            try:
                introduce(self._token, self._sender)
                introduce_to_admins(self._token, self._sender, self._admin_ids)
                withdraw_from_former(self._sender, self._database, self._admin_ids)
            except TelegramError as trouble:
                if trouble.outcome is Outcome.TOKEN_REVOKED:
                    raise TokenRefused from None
                if trouble.outcome is Outcome.OUR_BUG:
                    return True  # told by the sender; people can be served without a menu
                pause = max(PAUSES[min(tries, len(PAUSES) - 1)], trouble.retry_after)
                log.warning("Telegram is away (%s), next try in %.1f s", trouble, pause)
                self._watchdog.expect("polling", pause + PATIENCE_SECONDS)
                self._stop.wait(pause)
                tries += 1
            else:
                return True
        return False

    def _fetch(self, offset: int, wait_seconds: int) -> list[Any]:
        return self._sender.get_updates(
            offset=offset or None, wait_seconds=wait_seconds, kinds=KINDS
        )

    def _try_again(self) -> None:
        while not self._stop.wait(RETRY_SECONDS):
            self._watchdog.expect("retries", PATIENCE_SECONDS)
            try:
                self._handling.try_again()
            except DatabaseError as error:
                log.error("the state file fails", extra=without_content(error))  # noqa: TRY400


def _handling(settings: Settings, deps: Deps, inbox: Inbox, lanes: Lanes) -> Handling:
    states = States(deps.database, deps.clock)
    membership = Membership(deps.main_api, states)
    dispatch = Dispatch(
        main_api=deps.main_api,
        people=People(deps.main_api, states),
        membership=membership,
        delivery=Delivery(deps.sender, states),
        throttle=Throttle(deps.monotonic),
        clock=deps.clock,
        support_url=settings.support_url,
        door=_door(settings, deps, states),
    )
    return Handling(lanes, inbox, dispatch, membership)


def _door(settings: Settings, deps: Deps, states: States) -> Door:
    services = Services(deps.main_api, deps.notify_service, deps.sender, Dialogue(states))
    factor = SecondFactor(settings.admin_totp_secrets, states, deps.clock)
    return Door(
        settings.admin_telegram_ids,
        factor,
        services,
        deps.clock,
        show_command=lambda admin_id: introduce_to_admins(
            settings.bot_token, deps.sender, [admin_id]
        ),
    )
