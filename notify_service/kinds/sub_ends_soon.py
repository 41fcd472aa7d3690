"""subEndsInThreeDays and subEndsInADay: there is still time to renew without a break."""

from datetime import datetime, timedelta

from common.clock import from_milliseconds
from common.i18n.texts import Texts
from models.users import User
from notify_service import reminders
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, EndParams, Kind, Message, Urgency

A_DAY = timedelta(hours=24)


def compose(params: EndParams, t: Texts, circumstances: Circumstances) -> Message:
    until = from_milliseconds(params.end_ms)
    words = t(
        "⏰ <b>Your access ends {when}.</b>\n\n"
        "It is open until {until}. Renew it now: the time you have left is kept.",
        when=reminders.ahead(t, until - circumstances.now),
        until=t.moment(until),
    )
    return Message(words, [[keys.renew(t)]])


def wanted(params: EndParams, user: User, _now: datetime) -> bool:
    return reminders.welcome(user, params.end_ms)


def until_the_next(params: EndParams, _user: User) -> datetime:
    """When less than a day is left, the other reminder tells it."""
    return from_milliseconds(params.end_ms) - A_DAY


def until_the_end(params: EndParams, _user: User) -> datetime:
    return from_milliseconds(params.end_ms)


SUB_ENDS_IN_THREE_DAYS = Kind(
    EndParams,
    compose,
    Urgency.REMINDER,
    wanted=wanted,
    use_ends=until_the_next,
    waits_for_morning=True,
)
SUB_ENDS_IN_A_DAY = Kind(
    EndParams,
    compose,
    Urgency.REMINDER,
    wanted=wanted,
    use_ends=until_the_end,
    waits_for_morning=True,
)
