"""referralEarned: an invited friend has paid, and that is what it brought the inviter."""

from typing import Annotated

from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.texts import Html, Texts
from common.telegram.keyboards import press
from models.buttons import Button
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency


class ReferralEarnedParams(Params):
    """`until_ms` is the end of access with the days in it."""

    days: Annotated[int, Field(ge=1, le=365)]
    until_ms: Milliseconds


def compose(params: ReferralEarnedParams, t: Texts, circumstances: Circumstances) -> Message:
    profile = press(t.label("👤 Profile"), Button.PROFILE)
    return Message(_words(params, t, circumstances), [[keys.connect(t)], [profile]])


def _words(params: ReferralEarnedParams, t: Texts, circumstances: Circumstances) -> Html:
    until = from_milliseconds(params.until_ms)
    thanks = t.n(
        "🎁 <b>{n} day as a gift for you!</b>\n\nA friend whom you invited has paid. Thank you!",
        "🎁 <b>{n} days as a gift for you!</b>\n\nA friend whom you invited has paid. Thank you!",
        params.days,
    )
    if until <= circumstances.now:
        return thanks
    access = t("Your access is now open until {date}.", date=t.date(until))
    return Html(f"{thanks} {access}")


REFERRAL_EARNED = Kind(ReferralEarnedParams, compose, Urgency.TRANSACTION, dated=True)
