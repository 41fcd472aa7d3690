"""Asks an admin for the code of his second factor, and looks at what he gives."""

import logging

from telebot import types

from common.i18n.texts import Html
from common.telegram.errors import TelegramError
from tg_bot.admin.menu import open_menu
from tg_bot.admin.totp import SecondFactor, Verdict, code_in
from tg_bot.admin.visit import AdminVisit
from tg_bot.visit import View

log = logging.getLogger(__name__)


def asked(factor: SecondFactor, visit: AdminVisit) -> View:
    paused = factor.paused_until(visit.admin_id)
    if paused:
        return View(_paused(visit, factor))
    factor.ask(visit.admin_id)
    words = visit.t("🔐 Send the six digits from your authenticator app.")
    return View("\n\n".join(filter(None, [visit.note, words])))


def judged(factor: SecondFactor, visit: AdminVisit) -> View:
    """The code goes from the chat at once, right or wrong."""
    message = visit.written()
    verdict = factor.judge(visit.admin_id, code_in(visit.text()) or "", message.message_id)
    _delete(visit, message)
    if verdict is Verdict.RIGHT:
        visit.leave()
        return open_menu(visit)
    if verdict is Verdict.PAUSED or factor.paused_until(visit.admin_id):
        log.warning("an admin's second factor is paused after wrong codes")
        return View(_paused(visit, factor))
    again = visit.t("❌ This code is wrong or was used already. Wait for the next one and send it.")
    return View(again)


def _paused(visit: AdminVisit, factor: SecondFactor) -> Html:
    until = factor.paused_until(visit.admin_id) or visit.now
    return visit.t("⏸ Too many wrong codes. Try again after {until}.", until=visit.t.moment(until))


def _delete(visit: AdminVisit, message: types.Message) -> None:
    """A code that stays is good for nothing any more, so that is no reason to stop."""
    try:
        visit.services.sender.delete_message(visit.admin_id, message.message_id)
    except TelegramError as trouble:
        log.warning("a code stays in an admin's chat: %s", trouble.outcome)
