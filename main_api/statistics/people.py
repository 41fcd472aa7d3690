"""Counts people in one walk over the users, so that the numbers are of one time and agree."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import USERS
from main_api.statistics.days import day_of

FIELDS: Final = [
    "created_at", "expires_at", "has_trial", "trial_taken_at", "ever_paid", "blocked", "banned",
]  # fmt: skip
A_DAY, THREE_DAYS = timedelta(days=1), timedelta(days=3)


@dataclass(slots=True)
class People:
    """As `models.admin.Statistics` names them; `new` by the day of the shop's zone."""

    numbers: Counter[str] = field(default_factory=Counter)
    new: Counter[date] = field(default_factory=Counter)


def count_people(db: Database, now: datetime, zone: ZoneInfo, since: datetime) -> People:
    """`new` are those who came from `since` on."""
    people = People()
    for user in db[USERS].find({"deleting": False}, FIELDS):
        people.numbers.update(_counted(user, now))
        if user["created_at"] >= since:
            people.new[day_of(user["created_at"], zone)] += 1
    return people


def _counted(user: Document, now: datetime) -> Iterator[str]:
    """The names of the numbers that this user is one of."""
    yield "users"
    yield from (name for name in ("blocked", "banned") if user[name])
    if user["trial_taken_at"] is not None:
        yield "took_trial"
        if user["ever_paid"]:
            yield "paid_ever"
    if user["expires_at"] is not None and user["expires_at"] > now and not user["banned"]:
        yield from _of_active(user, user["expires_at"] - now)


def _of_active(user: Document, left: timedelta) -> Iterator[str]:
    """Who was only given days is active, and neither on trial nor paying."""
    yield "active"
    if user["has_trial"]:
        yield "trials"
    elif user["ever_paid"]:
        yield "paying"
    if left <= A_DAY:
        yield "expiring_in_day"
    if left <= THREE_DAYS:
        yield "expiring_in_three_days"
