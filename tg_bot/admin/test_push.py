"""A test push to the admin himself, after so many seconds, by way of notify_service."""

from datetime import timedelta

from common.clock import milliseconds
from common.telegram.keyboards import Key
from models.notifies import PaperNotify
from tg_bot.admin import visit_keys
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.visit import View

MAX_SECONDS = 24 * 60 * 60
MAX_DIGITS = 9


def open_test_push(visit: AdminVisit) -> View:
    visit.ask(Item.TEST_PUSH)
    words = visit.t(
        "🔔 <b>Test push</b>\n\nAfter how many seconds shall it come? Send a number, 0 to {most}.",
        most=MAX_SECONDS,
    )
    return View(words, [[visit_keys.cancel(visit.t)]])


def take_seconds(visit: AdminVisit) -> View:
    """Counted from when the message was first taken (Telegram tells when it was sent only to the
    second, so the push would be early); the same message again asks for the same push.
    """
    t, text = visit.t, visit.text()
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        return View(t("❌ This is not a whole number of seconds."), _keys(visit))
    seconds = int(text)
    if seconds > MAX_SECONDS:
        words = t("❌ At most {most} seconds, that is a day.", most=MAX_SECONDS)
        return View(words, _keys(visit))
    visit.services.notify_service.add_paper(
        PaperNotify(
            date=_due(visit, seconds), tgid=visit.admin_id, pushName="testPush",
            args=[visit.admin_id],
        )
    )  # fmt: skip
    visit.leave()
    words = t.n("🔔 The push comes in {n} second.", "🔔 The push comes in {n} seconds.", seconds)
    again = visit_keys.item(t.label("🔔 Another one"), Item.TEST_PUSH)
    return View(words, [[again, visit_keys.menu(t)]])


def _due(visit: AdminVisit, seconds: int) -> int:
    """In Unix milliseconds; kept before it is asked for."""
    name = f"push-{visit.written().message_id}"
    kept = visit.kept(name)
    if kept is None:
        kept = {"due": milliseconds(visit.now + timedelta(seconds=seconds))}
        visit.keep(name, kept)
    return int(kept["due"])


def _keys(visit: AdminVisit) -> list[list[Key]]:
    return [[visit_keys.cancel(visit.t)]]
