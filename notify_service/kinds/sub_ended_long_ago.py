"""subEndedTwoDaysAgo: a last word after the end, and a way back."""

from datetime import datetime, timedelta

from common.clock import from_milliseconds
from common.i18n.texts import Html, Texts
from models.users import User
from notify_service import reminders
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, EndParams, Kind, Message, Urgency

A_WEEK = timedelta(days=7)


def compose(params: EndParams, t: Texts, circumstances: Circumstances) -> Message:
    on_trial = circumstances.user is not None and circumstances.user.has_trial
    when = reminders.days_ago(t, from_milliseconds(params.end_ms), circumstances.now)
    way_on = keys.plans(t) if on_trial else keys.renew(t)
    words = _after_trial(t, when) if on_trial else _after_access(t, when)
    return Message(words, [[way_on], [keys.support(t)]])


def _after_trial(t: Texts, when: Html) -> Html:
    return t(
        "👋 <b>Your trial ended {when}.</b>\n\n"
        "Your link is kept: choose a plan, and everything works again, there is nothing to set up. "
        "If something was not right, write to us.",
        when=when,
    )


def _after_access(t: Texts, when: Html) -> Html:
    return t(
        "👋 <b>Your access ended {when}.</b>\n\n"
        "Your link is kept: renew, and everything works again, there is nothing to set up. "
        "If something was not right, write to us.",
        when=when,
    )


def wanted(params: EndParams, user: User, now: datetime) -> bool:
    return reminders.welcome(user, params.end_ms) and from_milliseconds(params.end_ms) <= now


def use_ends(params: EndParams, _user: User) -> datetime:
    return from_milliseconds(params.end_ms) + A_WEEK


SUB_ENDED_TWO_DAYS_AGO = Kind(
    EndParams,
    compose,
    Urgency.REMINDER,
    wanted=wanted,
    use_ends=use_ends,
    waits_for_morning=True,
)
