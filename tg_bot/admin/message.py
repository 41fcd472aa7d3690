"""A message from an admin to a user: shown as it will be seen, confirmed, sent once, noted.

It is copied by the bot itself and not queued: the admin is waiting to hear what became of it. What
was begun is on disk before it is sent; if no answer comes, it is `unknown`, and never sent again.
"""

import logging

from common.errors import ServiceError
from common.i18n.texts import Texts, deferred, texts_in
from common.telegram.errors import Outcome, TelegramError
from common.telegram.keyboards import Key, Keyboard, Style, press
from models.admin import Noted
from models.buttons import Button
from models.users import User, UserChange
from tg_bot.admin import visit_keys
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import name_of
from tg_bot.visit import View

log = logging.getLogger(__name__)
BEGUN, SENT, BLOCKED, UNKNOWN, REFUSED, AWAY = (
    "begun", "sent", "blocked", "unknown", "refused", "away",
)  # fmt: skip
OUTCOMES = {
    SENT: deferred("✅ <b>{name}</b> has got your message."),
    BLOCKED: deferred("🔕 <b>{name}</b> cannot be reached: he has blocked the bot or is gone."),
    UNKNOWN: deferred(
        "❔ Telegram did not answer, so nobody knows whether <b>{name}</b> has got it. "
        "It will not be sent again by itself."
    ),
    REFUSED: deferred("❌ Telegram does not let this message be sent to <b>{name}</b>."),
    AWAY: deferred("⏸ Telegram does not take it right now, nothing was sent. Try again."),
}
NOT_COPIED = deferred("❌ Telegram does not let a message of this kind be copied.")
ALBUM = deferred("❌ An album cannot be sent, please send one picture a message.")
LATER = frozenset({Outcome.UNAVAILABLE, Outcome.RETRY_AFTER, Outcome.TOKEN_REVOKED})
GONE = frozenset({Outcome.BLOCKED, Outcome.GONE})


def open_message(visit: AdminVisit) -> View:
    """Argument: our user id."""
    user = visit.main_api.user(visit.positive(0))
    visit.ask(Item.MESSAGE, user_id=user.user_id)
    words = visit.t(
        "✉️ What shall <b>{name}</b> get?\n\nSend the message: text, a photo, a document, "
        "anything. You will see it first as he will.",
        name=name_of(user),
    )
    return View(words, [[visit_keys.card(visit.t, user.user_id), visit_keys.menu(visit.t)]])


def take_message(visit: AdminVisit) -> View:
    """What is shown is what will be sent: the admin may change his own message, not that copy.

    Another message instead of this one may still be given.
    """
    t, message = visit.t, visit.written()
    user = visit.main_api.user(int(visit.data["user_id"]))
    if message.media_group_id:
        return View(t(ALBUM), _back(t, user))
    try:
        shown = visit.services.sender.copy_message(
            visit.admin_id, visit.admin_id, message.message_id, _keyboard(user)
        )
    except TelegramError as trouble:
        why = t(OUTCOMES[AWAY]) if trouble.outcome in LATER else t(NOT_COPIED)
        return View(why, _back(t, user))
    words = t("👆 This is what <b>{name}</b> will see. Send it?", name=name_of(user))
    return View(words, [[_yes(t, user, shown)], *_back(t, user)])


def send(visit: AdminVisit) -> View:
    """Arguments: our user id, the copy that the admin was shown."""
    user, message_id = visit.main_api.user(visit.positive(0)), visit.positive(1)
    kept = visit.kept(f"sent-{message_id}-{user.user_id}")
    if kept is None or kept["outcome"] == AWAY:
        outcome = _send(visit, user, message_id, int(kept["tries"]) if kept else 0)
    else:
        outcome = UNKNOWN if kept["outcome"] == BEGUN else str(kept["outcome"])
    words = visit.t(OUTCOMES[outcome], name=name_of(user))
    again = [[_yes(visit.t, user, message_id)]] if outcome == AWAY else []
    return View(words, [*again, *_back(visit.t, user)])


def _send(visit: AdminVisit, user: User, message_id: int, tries: int) -> str:
    """Noted before it is sent: nothing goes out that the log does not know of. `tries`: how often
    Telegram did not take it; each try has its own lines in the log.
    """
    name, key = f"sent-{message_id}-{user.user_id}", f"adm-{visit.admin_id}-msg-{message_id}"
    key = f"{key}-{tries}" if tries else key
    visit.main_api.note(
        user.user_id, Noted(admin_id=visit.admin_id, key=key, action="message", details={})
    )
    visit.keep(name, {"outcome": BEGUN})
    try:
        visit.services.sender.copy_message(
            user.telegram_id, visit.admin_id, message_id, _keyboard(user)
        )
        outcome = SENT
    except TelegramError as trouble:
        outcome = _outcome(trouble)
    visit.keep(name, {"outcome": outcome, "tries": tries + 1})
    if outcome != SENT:
        _note_failure(visit, user, key, outcome)
    return outcome


def _outcome(trouble: TelegramError) -> str:
    if trouble.outcome in LATER:
        return AWAY
    if trouble.outcome in GONE:
        return BLOCKED
    return UNKNOWN if trouble.outcome is Outcome.UNKNOWN else REFUSED


def _note_failure(visit: AdminVisit, user: User, key: str, outcome: str) -> None:
    """The admin is told in any case, so main_api being away now is no reason to be silent."""
    details: dict[str, str | int] = {"outcome": outcome}
    act = Noted(
        admin_id=visit.admin_id, key=f"{key}-failed", action="message_failed", details=details
    )
    try:
        visit.main_api.note(user.user_id, act)
        if outcome == BLOCKED and not user.blocked:
            visit.main_api.change_user(user.user_id, UserChange(blocked=True))
    except ServiceError:
        log.warning("that a message did not arrive could not be noted")


def _keyboard(user: User) -> Keyboard:
    """What the user answers with: whatever he writes to the bot itself is read by nobody."""
    return [[press(texts_in(user.language).label("💬 Support"), Button.SUPPORT)]]


def _yes(t: Texts, user: User, message_id: int) -> Key:
    arguments = (user.user_id, message_id)
    return item(t.label("✉️ Yes, send it"), Item.MESSAGE_GO, *arguments, style=Style.PRIMARY)


def _back(t: Texts, user: User) -> Keyboard:
    return [[visit_keys.card(t, user.user_id), visit_keys.menu(t)]]
