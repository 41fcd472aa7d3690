"""trialUnused: the trial was taken hours ago, and no server has seen its owner.

It follows his own act by hours, so he is awake: it knows no quiet hours.
"""

from datetime import datetime

from common.clock import from_milliseconds
from common.i18n.texts import Texts
from models.users import User
from notify_service import reminders
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, EndParams, Kind, Message, Urgency


def compose(params: EndParams, t: Texts, _: Circumstances) -> Message:
    words = t(
        "🎁 <b>Your trial is running, but nothing has been connected yet.</b>\n\n"
        "It takes two minutes: press the button and follow the steps. The trial lasts until "
        "{until}.",
        until=t.moment(from_milliseconds(params.end_ms)),
    )
    return Message(words, [[keys.connect(t)], [keys.support(t)]])


def wanted(params: EndParams, user: User, _now: datetime) -> bool:
    unused = user.has_trial and user.connected_at is None
    return unused and reminders.welcome(user, params.end_ms)


def use_ends(params: EndParams, _user: User) -> datetime:
    return from_milliseconds(params.end_ms)


TRIAL_UNUSED = Kind(EndParams, compose, Urgency.REMINDER, wanted=wanted, use_ends=use_ends)
