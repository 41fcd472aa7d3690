"""referralTakenBack: the friend's money went back, and the gift for it went, too."""

from typing import Annotated

from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.texts import Html, Texts
from common.telegram.keyboards import Keyboard, press
from models.buttons import Button
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency


class ReferralTakenBackParams(Params):
    """`days` is what had been given, of which some may have been used up; `until_ms` is the end of
    access without the rest.
    """

    days: Annotated[int, Field(ge=1, le=365)]
    until_ms: Milliseconds


def compose(params: ReferralTakenBackParams, t: Texts, circumstances: Circumstances) -> Message:
    until = from_milliseconds(params.until_ms)
    is_open = until > circumstances.now
    why = t.n(
        "↩️ <b>The gift of {n} day no longer counts.</b>\n\n"
        "A friend whom you invited got the payment back.",
        "↩️ <b>The gift of {n} days no longer counts.</b>\n\n"
        "A friend whom you invited got the payment back.",
        params.days,
    )
    access = (
        t("Your access is open until {date}.", date=t.date(until))
        if is_open
        else t("Your access is closed now; renew it, and everything works again.")
    )
    return Message(Html(f"{why} {access}"), _keyboard(t, is_open=is_open))


def _keyboard(t: Texts, *, is_open: bool) -> Keyboard:
    profile = press(t.label("👤 Profile"), Button.PROFILE)
    return [[profile]] if is_open else [[keys.renew(t)], [profile]]


REFERRAL_TAKEN_BACK = Kind(ReferralTakenBackParams, compose, Urgency.TRANSACTION, dated=True)
