"""The limits of a user's tariff, and since when its traffic counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from common.storage.protocol import Database
from main_api.mongo_api.collections import TARIFFS
from main_api.subscriptions.last_order import last_orders
from models.codes import Withheld

GIGABYTE = 2**30  # as the customers' programs show it
PERIOD = timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """Bytes in a period, and devices connected at once; None: as many as he likes. `enforced`: at
    which of them the operator lets cut.
    """

    traffic: int | None = None
    devices: int | None = None
    enforced: frozenset[Withheld] = frozenset()

    @property
    def quota(self) -> int | None:
        """The bytes with which access is withheld."""
        return self.traffic if Withheld.TRAFFIC in self.enforced else None

    @property
    def most_devices(self) -> int | None:
        """With more than so many it is withheld."""
        return self.devices if Withheld.DEVICES in self.enforced else None


def limits_of(db: Database, user_id: int, *, on_trial: bool) -> Limits:
    """Of the tariff that was granted last; the trial and time that was given have none."""
    limited = {} if on_trial else tariff_limits(db)
    tariff_id = last_orders(db, user_id).tariff_id if limited else None
    return limited.get(tariff_id or "", Limits())


def tariff_limits(db: Database) -> dict[str, Limits]:
    """Of those that have any, also of one that is sold no more; by id."""
    found = db[TARIFFS].find({}, ["traffic_gb", "device_limit", "enforced"])
    limits = {
        document["_id"]: Limits(
            traffic=gb * GIGABYTE if (gb := document.get("traffic_gb")) else None,
            devices=document.get("device_limit"),
            enforced=frozenset(map(Withheld, document.get("enforced", ()))),
        )
        for document in found
    }
    return {tariff_id: it for tariff_id, it in limits.items() if it.traffic or it.devices}


def period_began(anchor: datetime, now: datetime) -> datetime:
    return anchor + max((now - anchor) // PERIOD, 0) * PERIOD


def period_start(anchor: datetime, now: datetime) -> date:
    """The day on which the present period began; all of that day counts to it."""
    return period_began(anchor, now).date()


def anchor_of(
    *, created_at: datetime, trial_taken_at: datetime | None, paid_at: datetime | None
) -> datetime:
    return paid_at or trial_taken_at or created_at
