"""notifySubEnded: access has ended, here is how to go on. Dropped for who has renewed meanwhile."""

from datetime import datetime, timedelta

from common.i18n.texts import Html, Texts, verbatim
from common.telegram.keyboards import Key
from models.users import User
from notify_service import reminders
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
    is meant, when main_api announces it: then it is a reminder like the others. Without it somebody
    asked for it at just that moment: it knows neither quiet hours nor the switch.
    """

    text: FreeText | None = None
    end_ms: Milliseconds | None = None


TWO_DAYS = timedelta(days=2)  # then the next reminder tells it


def compose(params: SubEndedParams, t: Texts, circumstances: Circumstances) -> Message:
    return Message(_words(params, t, circumstances.user), [[_way_on(t, circumstances.user)]])


def _way_on(t: Texts, user: User | None) -> Key:
    return keys.plans(t) if user and user.has_trial else keys.renew(t)


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
    return params.end_ms is None or reminders.welcome(user, params.end_ms)


def use_ends(params: SubEndedParams, user: User) -> datetime | None:
    if params.end_ms is None or user.expires_at is None:
        return None
    return user.expires_at + TWO_DAYS


SUB_ENDED = Kind(
    SubEndedParams,
    compose,
    Urgency.REMINDER,
    wanted=has_ended,
    use_ends=use_ends,
    waits_for_morning=True,
)
