"""trialEnding: the trial is nearly over; a plan keeps everything as it is."""

from datetime import datetime

from common.clock import from_milliseconds
from common.i18n.texts import Texts
from models.users import User
from notify_service import reminders
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, EndParams, Kind, Message, Urgency


def compose(params: EndParams, t: Texts, circumstances: Circumstances) -> Message:
    until = from_milliseconds(params.end_ms)
    words = t(
        "⏰ <b>Your trial ends {when}.</b>\n\n"
        "It lasts until {until}. Choose a plan, and nothing is interrupted: "
        "the same link, the same settings.",
        when=reminders.ahead(t, until - circumstances.now),
        until=t.moment(until),
    )
    return Message(words, [[keys.plans(t)]])


def wanted(params: EndParams, user: User, _now: datetime) -> bool:
    return user.has_trial and reminders.welcome(user, params.end_ms)


def use_ends(params: EndParams, _user: User) -> datetime:
    return from_milliseconds(params.end_ms)


TRIAL_ENDING = Kind(
    EndParams,
    compose,
    Urgency.REMINDER,
    wanted=wanted,
    use_ends=use_ends,
    waits_for_morning=True,
)
