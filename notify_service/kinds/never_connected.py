"""neverConnected: somebody has paid, and no server has seen him.

It is about his money, so it cannot be switched off; it follows his payment by an hour, so it knows
no quiet hours.
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
        "🔌 <b>You have paid, but nothing has been connected yet.</b>\n\n"
        "Press the button: your link and the steps for your device are there. If it does not "
        "work, write to support, and we will help. Your access is open until {until}.",
        until=t.moment(from_milliseconds(params.end_ms)),
    )
    return Message(words, [[keys.connect(t)], [keys.support(t)]])


def wanted(params: EndParams, user: User, _now: datetime) -> bool:
    return user.connected_at is None and reminders.concerns(user, params.end_ms)


def use_ends(params: EndParams, _user: User) -> datetime:
    return from_milliseconds(params.end_ms)


NEVER_CONNECTED = Kind(EndParams, compose, Urgency.REMINDER, wanted=wanted, use_ends=use_ends)
