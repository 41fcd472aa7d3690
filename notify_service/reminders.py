"""What all reminders of access have in common: whom they still concern, and time in words."""

import math
from datetime import datetime, timedelta

from common.clock import milliseconds
from common.i18n.texts import Html, Texts
from models.users import User

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def concerns(user: User, end_ms: int) -> bool:
    """The end that is meant still is the end, and the person can be reached and has access."""
    if user.expires_at is None or user.blocked or user.banned:
        return False
    return milliseconds(user.expires_at) == end_ms


def welcome(user: User, end_ms: int) -> bool:
    """And he has not switched reminders off."""
    return user.notices and concerns(user, end_ms)


def ahead(t: Texts, left: timedelta) -> Html:
    """As "in 3 days", rounded up, as people count."""
    if left >= DAY:
        return t.n("in {n} day", "in {n} days", math.ceil(left / DAY))
    if left >= HOUR:
        return t.n("in {n} hour", "in {n} hours", math.ceil(left / HOUR))
    return t.n("in {n} minute", "in {n} minutes", max(math.ceil(left / MINUTE), 1))


def days_ago(t: Texts, moment: datetime, now: datetime) -> Html:
    """Whole days that have passed, as "2 days ago"; at least one."""
    return t.n("{n} day ago", "{n} days ago", max((now - moment) // DAY, 1))
