"""accessChanged: the shop's admin has changed a person's access by hand, and wants him to know."""

from typing import Annotated, Literal

from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.texts import Html, Texts
from common.telegram.keyboards import Keyboard
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency


class AccessChangedParams(Params):
    """`until_ms` is the end of access after the change, 0 for none; months and days are those that
    were added (taken: negative).
    """

    what: Literal["time", "closed", "link", "banned", "unbanned"]
    until_ms: Milliseconds
    months: Annotated[int, Field(ge=-120, le=120)] = 0
    days: Annotated[int, Field(ge=-3660, le=3660)] = 0


def compose(params: AccessChangedParams, t: Texts, circumstances: Circumstances) -> Message:
    is_open = from_milliseconds(params.until_ms) > circumstances.now
    words: list[str] = [_words(params, t, is_open=is_open)]
    if is_open and params.what in ("time", "unbanned"):
        date = t.date(from_milliseconds(params.until_ms))
        words.append(t("Your access is open until {date}.", date=date))
    return Message("\n\n".join(words), _keyboard(params, t, is_open=is_open))


def _words(params: AccessChangedParams, t: Texts, *, is_open: bool) -> Html:
    if params.what == "time":
        return _time(params, t)
    if params.what == "closed":
        return t("⛔️ <b>Your access has been closed.</b> If this is a mistake, write to support.")
    if params.what == "banned":
        return t("🚫 <b>Your access has been closed.</b> If this is a mistake, write to support.")
    return _link(t, is_open=is_open) if params.what == "link" else _again(t, is_open=is_open)


def _link(t: Texts, *, is_open: bool) -> Html:
    if not is_open:
        return t("🔑 <b>You have a new personal link.</b> The old one no longer works.")
    return t(
        "🔑 <b>You have a new personal link.</b> The old one no longer works: "
        "press “Connect” and add the new one to your app."
    )


def _again(t: Texts, *, is_open: bool) -> Html:
    if not is_open:
        return t("🕊 <b>You are welcome again!</b> You can open your access whenever you like.")
    return t("🕊 <b>You are welcome again!</b> Your personal link works as it did before.")


def _time(params: AccessChangedParams, t: Texts) -> Html:
    if params.months < 0 or params.days < 0:
        return t("✏️ <b>The end of your access has been changed.</b>")
    added = [t.months(params.months)] if params.months else []
    added += [t.days(params.days)] if params.days else []
    return t("🎁 <b>We have added to your access: {time}.</b>", time=Html(" + ".join(added)))


def _keyboard(params: AccessChangedParams, t: Texts, *, is_open: bool) -> Keyboard:
    if params.what == "unbanned" and not is_open:
        return [[keys.plans(t)], [keys.support(t)]]
    if params.what == "banned" or not is_open:
        return [[keys.support(t)]]
    return [[keys.connect(t)], [keys.support(t)]]


ACCESS_CHANGED = Kind(AccessChangedParams, compose, Urgency.TRANSACTION, dated=True)
