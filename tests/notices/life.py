"""People's lives: what each does when, at random, and more often near the moments that matter."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from main_api.users.record import UserRecord
from models.users import Language
from tests.notices.world import World

ZONES = (
    "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka", "Europe/Berlin", "America/New_York",
    "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia",
    "Africa/Casablanca",
)  # fmt: skip
LANGUAGES: tuple[Language, ...] = ("ru", "en")
NEAR = (-72, -48, -24, 0, 48)  # hours from the end, about which something is to be told
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Happened:
    """`end` is the end of access afterwards."""

    at: datetime
    what: str
    end: datetime | None
    value: str = ""


@dataclass
class Person:
    world: World
    rng: Random
    number: int
    story: list[Happened] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    acts: int = 0

    @property
    def tg_id(self) -> int:
        return 700_000 + self.number

    def begin(self) -> None:
        language, zone = self.rng.choice(LANGUAGES), self.rng.choice(ZONES)
        self.world.users.insert(a_record(self.number, self.tg_id, self.world.clock.now, language))
        self._happened("language", language)
        self._set("zone", zone, time_zone=zone)
        if self.rng.random() < 0.8:
            self.trial()
        self.world.at(self.world.clock.now + self._soon(), self.live)

    def meanwhile(self) -> None:
        """His notices are just being handed over; now and then he pays at that very moment."""
        if self.rng.random() < 0.05:
            self.pay()

    def live(self) -> None:
        """One act, and when the next one comes."""
        self._act()
        now, end = self.world.clock.now, self.world.users.get(self.number).expires_at
        gap = timedelta(days=self.rng.expovariate(1 / 6))
        if end is not None and self.rng.random() < 0.5:
            near = end + timedelta(hours=self.rng.choice(NEAR), minutes=self.rng.uniform(-200, 200))
            gap = max(near - now, gap / 20)
        self.world.at(now + max(gap, 2 * MINUTE), self.live)

    def _act(self) -> None:
        now, user = self.world.clock.now, self.world.users.get(self.number)
        active = user.expires_at is not None and user.expires_at > now
        common = ["pay", "pay", "pay", "gift", "take_time", "take_time", "zone", "language"]
        rare = ["revoke", "refund", "ban", "trial", "notices", "block"]
        choices = common * 3 + rare + (["connect"] if active else ["pay"] * 12)
        getattr(self, self.rng.choice(choices))()

    def _soon(self) -> timedelta:
        return timedelta(hours=self.rng.choice([0.2, 0.9, 1.1, 2.9, 3.1, 20, 90]))

    def _perhaps_soon(self, act: Callable[[], None], hours: float) -> None:
        if self.rng.random() < 0.15:
            after = timedelta(minutes=self.rng.uniform(2, 60 * hours))
            self.world.at(self.world.clock.now + after, act)

    def trial(self) -> None:
        user = self.world.users.get(self.number)
        if not (user.trial_taken_at or user.ever_paid or user.banned):
            self.world.access.take_trial(self.number)
            self._access_changed("trial")
            self._perhaps_soon(self.connect, hours=6)

    def pay(self) -> None:
        order = self._key()
        self.world.access.grant(
            self.number, order, months=self.rng.choice([1, 1, 1, 3]), paid=True,
            enforce_maximum=False,
        )  # fmt: skip
        self.paid.append(order)
        self._access_changed("pay")
        self._perhaps_soon(self.connect, hours=2)
        self._perhaps_soon(self.refund, hours=1)

    def gift(self) -> None:
        self._days(self.rng.choice([1, 3, 10]))

    def take_time(self) -> None:
        self._days(-self.rng.choice([1, 3, 10]))

    def _days(self, days: int) -> None:
        self.world.access.grant(
            self.number, self._key(), days=days, paid=False, enforce_maximum=False
        )
        self._access_changed("days")

    def revoke(self) -> None:
        self.world.access.revoke(self.number, self._key())
        self._access_changed("revoke")

    def refund(self) -> None:
        if self.paid:
            self.world.access.take_back(self.number, self.paid.pop())
            self._access_changed("refund")

    def notices(self) -> None:
        wanted = not self.world.users.get(self.number).notices
        self._set("notices", str(wanted), notices=wanted)
        self._for_a_while(self.notices, over=wanted)

    def zone(self) -> None:
        zone = self.rng.choice(ZONES)
        self._set("zone", zone, time_zone=zone)

    def language(self) -> None:
        language = self.rng.choice(LANGUAGES)
        self._set("language", language, language=language)

    def block(self) -> None:
        """And back; half of them without the bot's knowing. Where it knows, it must not even try:
        such a message would arrive here.
        """
        blocking = self.world.phones.blocking
        if self.tg_id in blocking or self.world.users.get(self.number).blocked:
            blocking.discard(self.tg_id)
            self._set("blocked", "", blocked=False)
            return
        if self.rng.random() < 0.5:
            blocking.add(self.tg_id)
            self._set("blocked", "yes")
        else:
            self._set("blocked", "yes", blocked=True)
        self._for_a_while(self.block)

    def ban(self) -> None:
        banned = not self.world.users.get(self.number).banned
        self._set("banned", "yes" if banned else "", banned=banned)
        self._for_a_while(self.ban, over=not banned)

    def _for_a_while(self, back: Callable[[], None], *, over: bool = False) -> None:
        if not over:
            after = timedelta(days=self.rng.expovariate(1 / 2))
            self.world.at(self.world.clock.now + after, back)

    def connect(self) -> None:
        """Learned by the job at the next whole minute at which the jobs run."""
        self._happened("connect")
        minute = self.world.clock.now.replace(second=0, microsecond=0) + MINUTE
        self.world.at(self.world.plan.jobs.next_look(minute), self._learned)

    def _learned(self) -> None:
        self.world.main["users"].update_one(
            {"_id": self.number, "connected_at": None},
            {"$set": {"connected_at": self.world.clock.now}},
        )

    def _key(self) -> str:
        self.acts += 1
        return f"act-{self.number}-{self.acts}"

    def _set(self, what: str, value: str, **fields: object) -> None:
        if fields:
            self.world.users.set(self.number, fields)
        self._happened(what, value)

    def _access_changed(self, what: str) -> None:
        self._happened(what)
        self.world.changed()

    def _happened(self, what: str, value: str = "") -> None:
        end = self.world.users.get(self.number).expires_at
        self.story.append(Happened(self.world.clock.now, what, end, value))


def a_record(number: int, tg_id: int, now: datetime, language: Language) -> UserRecord:
    return UserRecord(
        user_id=number, tg_id=tg_id, username=None, username_lower=None, first_name=None,
        last_name=None, language=language, created_at=now, expires_at=None, has_trial=False,
        trial_taken_at=None, ever_paid=False, blocked=False, banned=False, deleting=False,
        referral_payload=None, access_secret="00" * 32, sub_token=f"token-{number}", revision=0,
        pending=[], applied=[], added={}, notice_pending=False,
    )  # fmt: skip
