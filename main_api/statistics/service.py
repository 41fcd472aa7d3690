"""The shop's numbers put together."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from common.clock import Clock
from common.storage.protocol import Database
from main_api.statistics.days import last_days, start_of
from main_api.statistics.people import count_people
from main_api.statistics.sales import count_sales
from models.admin import DayOfSales, Statistics
from models.servers import ServerState

DAYS: Final = 31
WEEK, MONTH = 7, 30


class StatisticsService:
    """`zone` is the shop's: a day of sales is a day there."""

    def __init__(
        self,
        db: Database,
        servers: Callable[[], list[ServerState]],
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._servers = servers
        self._clock = clock
        self._zone = zone

    def now(self) -> Statistics:
        moment = self._clock()
        dates = last_days(moment, self._zone, DAYS)
        since = start_of(dates[0], self._zone)
        people = count_people(self._db, moment, self._zone, since)
        sales = count_sales(self._db, self._zone, since)
        days = [
            DayOfSales(
                day=day,
                kopecks=sales.kopecks[day],
                payments=sales.payments[day],
                new_users=people.new[day],
            )
            for day in dates
        ]
        numbers = people.numbers
        return Statistics(
            at=moment,
            users=numbers["users"],
            active=numbers["active"],
            trials=numbers["trials"],
            paying=numbers["paying"],
            blocked=numbers["blocked"],
            banned=numbers["banned"],
            took_trial=numbers["took_trial"],
            paid_ever=numbers["paid_ever"],
            expiring_in_day=numbers["expiring_in_day"],
            expiring_in_three_days=numbers["expiring_in_three_days"],
            revenue_today_kopecks=_sum(days[-1:]),
            revenue_week_kopecks=_sum(days[-WEEK:]),
            revenue_month_kopecks=_sum(days[-MONTH:]),
            days=days,
            servers=self._servers(),
        )


def _sum(days: list[DayOfSales]) -> int:
    return sum(day.kopecks for day in days)
