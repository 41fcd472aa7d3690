"""What was done to a user, by whom and when, from main_api's audit log; newest first."""

from collections.abc import Iterator
from datetime import datetime

from common.i18n.texts import Html, Texts, deferred
from models.admin import AuditLine
from tg_bot.admin import visit_keys
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.wording import NOTHING, name_of
from tg_bot.visit import View

MAX_SHOWN = 12
MAX_VALUE_CHARS = 60
MAX_CHARS = 3500
"""Of Telegram's 4096."""

Value = str | int | bool | None

ACTIONS = {
    "add_time": deferred("⏱ time"),
    "revoke": deferred("⛔️ access closed"),
    "ban": deferred("🚫 banned"),
    "unban": deferred("🕊 unbanned"),
    "new_link": deferred("🔑 new link"),
    "message": deferred("✉️ message"),
    "message_failed": deferred("✉️ message did not arrive"),
}
WORDS = {
    "blocked": deferred("the bot is blocked, or the account is gone"),
    "unknown": deferred("Telegram did not answer"),
    "refused": deferred("Telegram refuses it"),
    "away": deferred("Telegram did not take it, nothing was sent"),
}
"""What tg_bot.admin.message notes as an outcome."""

NAMES = {
    "expires_at": deferred("end of access"),
    "banned": deferred("banned"),
    "months": deferred("months"),
    "days": deferred("days"),
    "outcome": deferred("outcome"),
}


def open_audit(visit: AdminVisit) -> View:
    """Argument: our user id."""
    user = visit.main_api.user(visit.positive(0))
    found = visit.main_api.audit_of(user.user_id).lines
    t = visit.t
    parts: list[str] = [t("📜 <b>History of {name}</b>", name=name_of(user))]
    shown = list(_fitting(t, found))
    parts += shown or [t("Nothing has been done yet.")]
    if len(found) > len(shown):
        parts.append(t("… and {n} more", n=len(found) - len(shown)))
    return View("\n\n".join(parts), [[visit_keys.card(t, user.user_id), visit_keys.menu(t)]])


def _fitting(t: Texts, lines: list[AuditLine]) -> Iterator[str]:
    room = MAX_CHARS
    for line in lines[:MAX_SHOWN]:
        told = _one(t, line)
        room -= len(told)
        if room < 0:
            return
        yield told


def _one(t: Texts, line: AuditLine) -> str:
    action = t(ACTIONS[line.action]) if line.action in ACTIONS else line.action
    who = t("admin <code>{id}</code>", id=line.admin_id) if line.admin_id else line.caller
    head = t("<b>{action}</b> · {who}\n{at}", action=action, who=who, at=t.moment(line.at))
    lines = [head, *_changes(t, line)]
    if not line.done:
        lines.append(t("⚠️ asked for, not done"))
    return "\n".join(lines)


def _changes(t: Texts, line: AuditLine) -> list[Html]:
    """What was, and what has become of it; what only one side tells is told alone."""
    told = []
    for name in dict.fromkeys([*line.before, *line.after]):
        label = t(NAMES[name]) if name in NAMES else name
        if name in line.before:
            before, after = (_value(t, values.get(name)) for values in (line.before, line.after))
            told.append(t("{name}: {before} → {after}", name=label, before=before, after=after))
        elif line.after[name] not in (0, "", None):
            told.append(t("{name}: {value}", name=label, value=_value(t, line.after[name])))
    return told


def _value(t: Texts, value: Value) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return t.plain("yes") if value else t.plain("no")
    if isinstance(value, int):
        return str(value).replace("-", "\N{MINUS SIGN}")
    if value in WORDS:
        return t.plain(WORDS[value])
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value[:MAX_VALUE_CHARS]
    return t.moment(moment) if moment.tzinfo else value[:MAX_VALUE_CHARS]
