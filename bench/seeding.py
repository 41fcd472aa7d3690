"""Fills a shop's stores before it starts: people who have been customers for a while."""

from datetime import datetime, timedelta

from common.clock import system_clock
from common.storage.connect import connect
from country_api.store import Store
from main_api.mongo_api.collections import COUNTERS, SERVERS, USERS
from main_api.mongo_api.database import IndexedDatabase
from main_api.users.record import UserRecord
from main_api.users.service import new_access_secret, new_sub_token
from main_api.vpn_api.core_ids import core_id, user_key
from models.servers import ServerUser
from sandbox.layout import COUNTRIES, Layout

FIRST_TG_ID = 1_000_000
A_BATCH = 500


def seed(layout: Layout, count: int) -> None:
    """`count` users with access, known to main_api and to every agent."""
    records = seed_main(layout, count)
    database = connect(f"embedded://{layout.state('main')}", name="main")
    servers = [layout.address(f"agent_{country}") for country in COUNTRIES]
    # else they would count as new, and be told of everybody once more
    database[SERVERS].insert_many([{"_id": it, "enlisted": True} for it in servers])
    database.close()
    for country in COUNTRIES:
        _seed_agent(layout, country, records)


def seed_main(layout: Layout, count: int) -> list[UserRecord]:
    """Known to main_api alone."""
    now = system_clock()
    records = [_record(number, now) for number in range(1, count + 1)]
    database = IndexedDatabase(connect(f"embedded://{layout.state('main')}", name="main"))
    for first in range(0, count, A_BATCH):
        batch = records[first : first + A_BATCH]
        database[USERS].insert_many([record.document() for record in batch])
    database[COUNTERS].insert_one({"_id": USERS, "value": count})
    database.close()
    return records


def _record(number: int, now: datetime) -> UserRecord:
    return UserRecord(
        user_id=number,
        tg_id=FIRST_TG_ID + number,
        username=f"seed_{number}",
        username_lower=f"seed_{number}",
        first_name="Seed",
        last_name=None,
        language="ru",
        created_at=now - timedelta(days=40),
        expires_at=now + timedelta(days=10 + number % 300),
        has_trial=False,
        trial_taken_at=now - timedelta(days=40),
        ever_paid=True,
        blocked=False,
        banned=False,
        deleting=False,
        referral_payload=None,
        access_secret=new_access_secret(),
        sub_token=new_sub_token(),
        revision=2,
        pending=[],
        applied=["trial:1", f"order-{number}"],
        added={f"order-{number}": 30 * 86400},
        notice_pending=False,
        access_changed_at=now - timedelta(days=30),
    )


def _seed_agent(layout: Layout, country: str, records: list[UserRecord]) -> None:
    address = layout.address(f"agent_{country}")
    store = Store(layout.state(f"agent_{country}") / "country_api.sqlite3")
    wanted = [
        ServerUser(
            key=user_key(record.user_id),
            core_id=core_id(record.access_secret, address),
            expires_at=record.expires_at or record.created_at,
            revision=record.revision,
        )
        for record in records
    ]
    store.put(wanted)
    store.close()
