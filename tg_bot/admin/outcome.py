"""After an act: what it changed, and on request a message to the user about it."""

from enum import StrEnum

from common.clock import milliseconds
from common.i18n.texts import Html, Texts, deferred
from common.telegram.keyboards import Style
from models.admin import ActDone
from models.codes import NoticeKind
from models.notifies import Notice
from tg_bot.admin import visit_keys
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit, Forged
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import amount, name_of
from tg_bot.visit import View

MAX_MONTHS, MAX_DAYS = 120, 3660


class Told(StrEnum):
    """What was done, as notify_service's kind accessChanged names it."""

    TIME = "time"
    CLOSED = "closed"
    LINK = "link"
    BANNED = "banned"
    UNBANNED = "unbanned"


DONE = {
    Told.TIME: deferred("✅ <b>{name}</b>: {amount}."),
    Told.CLOSED: deferred("✅ The access of <b>{name}</b> is closed."),
    Told.LINK: deferred("✅ <b>{name}</b> has a new link, the old one no longer works."),
    Told.BANNED: deferred("✅ <b>{name}</b> is banned."),
    Told.UNBANNED: deferred("✅ <b>{name}</b> is no longer banned."),
}


def done_view(visit: AdminVisit, done: ActDone, what: Told, months: int = 0, days: int = 0) -> View:
    t, user = visit.t, done.user
    lines: list[str] = [t(DONE[what], name=name_of(user), amount=amount(t, months, days))]
    if done.repeated:
        lines = [t("☑️ This has been done before, it was not done again.")]
    banned = t("🚫 <b>Banned</b>") if user.banned and what is not Told.BANNED else ""
    lines += [banned, _ends(t, done), _servers(t, done)]
    tell = item(
        t.label("📣 Tell him"), Item.TELL, user.user_id, what, months, days, user.revision,
        style=Style.PRIMARY,
    )  # fmt: skip
    return View(
        "\n\n".join(filter(None, lines)),
        [[tell], [visit_keys.card(t, user.user_id), visit_keys.menu(t)]],
    )


def tell(visit: AdminVisit) -> View:
    """Arguments: our user id, what was done, months, days, the revision that this made."""
    what, months, days = visit.argument(1), visit.number(2), visit.number(3)
    revision = visit.number(4)
    if what not in list(Told) or abs(months) > MAX_MONTHS or abs(days) > MAX_DAYS:
        raise Forged
    user = visit.main_api.user(visit.positive(0))
    until = milliseconds(user.expires_at) if user.expires_at and not user.banned else 0
    visit.services.notify_service.add(
        Notice(
            key=f"accessChanged:{user.user_id}:{what}:{revision}",
            kind=NoticeKind.ACCESS_CHANGED,
            telegram_id=user.telegram_id,
            language=user.language,
            due_at=visit.now,
            params={
                "what": what, "months": months, "days": days, "until_ms": until,
            },
        )
    )  # fmt: skip
    t = visit.t
    words = t("📣 <b>{name}</b> is being told.", name=name_of(user))
    return View(words, [[visit_keys.card(t, user.user_id), visit_keys.menu(t)]])


def _ends(t: Texts, done: ActDone) -> Html:
    after = t.moment(done.after) if done.after else t("no access")
    if done.repeated or done.before == done.after:
        return t("End of access: {after}", after=after)
    before = t.moment(done.before) if done.before else t("no access")
    return t("End of access: {before} → <b>{after}</b>", before=before, after=after)


def _servers(t: Texts, done: ActDone) -> Html:
    waiting = len(done.user.pending)
    if not waiting:
        return t("🌍 All servers know it.")
    return t.n(
        "🌍 {n} server is still to be told.", "🌍 {n} servers are still to be told.", waiting
    )
