"""notifySubEnded: access has ended, here is how to go on. Dropped for who has renewed meanwhile."""

from datetime import datetime

from common.clock import milliseconds
from common.i18n.texts import Html, Texts, verbatim
from models.users import User
from notify_service.kinds import keys
from notify_service.kinds.base import (
    Circumstances,
    FreeText,
    Kind,
    Message,
    Milliseconds,
    Params,
    Urgency,
)


class SubEndedParams(Params):
    """`text` replaces our own words: P's /addNotify carries one. `end_ms` is the end of access that
    is meant, when main_api announces it: an end that was moved since has a notice of its own.
    """

    text: FreeText | None = None
    end_ms: Milliseconds | None = None


def compose(params: SubEndedParams, t: Texts, circumstances: Circumstances) -> Message:
    return Message(_words(params, t, circumstances.user), [[keys.renew(t)]])


def _words(params: SubEndedParams, t: Texts, user: User | None) -> Html:
    if params.text:
        return verbatim(params.text)
    if user and user.has_trial:
        return t(
            "⏳ <b>Your trial has ended.</b>\n\n"
            "Did you like it? Choose a plan, and everything works again with the same link."
        )
    return t(
        "⏳ <b>Your access has ended.</b>\n\n"
        "Renew it, and everything works again with the same link: there is nothing to set up."
    )


def has_ended(params: SubEndedParams, user: User, now: datetime) -> bool:
    if user.expires_at is None or user.expires_at > now:
        return False
    return params.end_ms in (None, milliseconds(user.expires_at))


SUB_ENDED = Kind(SubEndedParams, compose, Urgency.REMINDER, wanted=has_ended)
