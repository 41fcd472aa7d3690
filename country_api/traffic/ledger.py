"""Sums by user and day, which only grow: written together with the counters they were made of."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from common.clock import Clock, from_milliseconds, milliseconds
from country_api.traffic.known import Known
from country_api.traffic.ledger_file import LedgerFile
from country_api.traffic.life import Life
from country_api.traffic.meter import Bytes, Reading
from models.traffic import MOST_ROWS, TrafficDay, TrafficDays

KEPT_DAYS = 100

STATE = "SELECT change, fresh, boot, earliest, latest FROM ledger"
NEW_STATE = "UPDATE ledger SET change = ?, fresh = 0, boot = ?, earliest = ?, latest = ?"
SEE = """
INSERT INTO seen (key, up, down, devices, last_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET up = excluded.up, down = excluded.down,
    devices = excluded.devices, last_ms = coalesce(excluded.last_ms, last_ms)
"""
ADD = """
INSERT INTO days (day, key, up, down, devices, most_devices, change) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, key) DO UPDATE SET up = up + excluded.up, down = down + excluded.down,
    devices = excluded.devices, change = excluded.change, most_devices = CASE
        WHEN excluded.devices > coalesce(most_devices, -1) THEN excluded.devices
        ELSE most_devices END
"""
# by the days that there are, so that a clock which runs wild for a moment takes one with it; asked
# by itself, since SQLite 3.40 forgets the OFFSET of such a subquery
OVER = "SELECT DISTINCT day FROM days ORDER BY day DESC LIMIT 1 OFFSET ?"
CHANGED = """
SELECT key, day, up, down, devices, most_devices, change FROM days
WHERE change > ? ORDER BY change LIMIT ?
"""


class Ledger:
    """A reading that has been taken in is on the disk, and none is taken in twice, also when agents
    overlap during a reload: the core is read while the file is theirs alone.
    """

    def __init__(self, path: Path, life_now: Callable[[], Life], clock: Clock) -> None:
        self._file, self._clock = LedgerFile(path, life_now), clock
        self._known: Known | None = None
        self._pruned: date | None = None

    def take(self, read: Callable[[], Reading | None]) -> bool:
        """Whether there was anything to read; raises Unavailable, and whatever `read` raises."""
        with self._file.writing() as db:
            known, self._known = self._current(db), None  # until it is certain what is written
            reading = read()
            if reading is not None:
                known = self._write(db, known, reading)
        self._known = known
        return reading is not None

    def _current(self, db: sqlite3.Connection) -> Known:
        change, fresh, *life = db.execute(STATE).fetchone()
        if self._known is not None and self._known.change == change:
            return self._known
        rows = db.execute("SELECT key, up, down, devices FROM seen").fetchall()
        return Known(
            change=change,
            fresh=bool(fresh),
            life=Life(*life),
            seen={key: (up, down) for key, up, down, _ in rows},
            devices={key: devices for key, _, _, devices in rows},
        )

    def _write(self, db: sqlite3.Connection, known: Known, reading: Reading) -> Known:
        now, same = self._clock(), known.same_life(reading)
        grown = known.growth(reading)
        moved = known.moves(reading, grown)
        changed = sorted(grown.keys() | moved.keys())
        if same and not changed:
            return known
        after = known.after(reading, moved, max(len(changed), 1))
        if not same:
            db.execute("UPDATE seen SET up = 0, down = 0")
        looked_at = changed if same else after.seen.keys() | moved.keys()
        _see(db, looked_at, after, grown, milliseconds(now))
        _add(db, changed, after, grown, now.date(), known.change)
        life = after.life
        db.execute(NEW_STATE, (after.change, life.boot, life.earliest, life.latest))
        self._prune(db, now.date())
        return after

    def _prune(self, db: sqlite3.Connection, today: date) -> None:
        if self._pruned != today:
            for last in db.execute(OVER, (KEPT_DAYS,)).fetchall():
                db.execute("DELETE FROM days WHERE day <= ?", last)
            self._pruned = today

    def since(self, cursor: int, most: int = MOST_ROWS) -> TrafficDays:
        """The rows that have changed after that change, in the order of their last change; raises
        Unavailable.
        """
        with self._file.reading() as db:
            name, change = db.execute("SELECT name, change FROM ledger").fetchone()
            rows = db.execute(CHANGED, (cursor, most + 1)).fetchall()
        more = len(rows) > most
        return TrafficDays(
            ledger=name,
            rows=[_told(row) for row in rows[:most]],
            cursor=rows[most - 1][-1] if more else change,
            more=more,
        )

    def last_at(self, key: str) -> datetime | None:
        """When bytes of this user were last counted; raises Unavailable."""
        with self._file.reading() as db:
            found = db.execute("SELECT last_ms FROM seen WHERE key = ?", (key,)).fetchone()
        return from_milliseconds(found[0]) if found and found[0] is not None else None

    def close(self) -> None:
        self._file.close()


def _see(
    db: sqlite3.Connection,
    keys: Iterable[str],
    after: Known,
    grown: Mapping[str, Bytes],
    now_ms: int,
) -> None:
    rows = (
        (
            key,
            *after.seen.get(key, (0, 0)),
            after.devices.get(key),
            now_ms if key in grown else None,
        )
        for key in keys
    )
    db.executemany(SEE, rows)


def _add(
    db: sqlite3.Connection,
    keys: Iterable[str],
    after: Known,
    grown: Mapping[str, Bytes],
    day: date,
    change: int,
) -> None:
    rows = (
        (day.toordinal(), key, *grown.get(key, (0, 0)), *2 * (after.devices.get(key),), number)
        for number, key in enumerate(keys, change + 1)
    )
    db.executemany(ADD, rows)


def _told(row: tuple[str, int, int, int, int | None, int | None, int]) -> TrafficDay:
    key, day, up, down, devices, most_devices, _ = row
    return TrafficDay(
        key=key,
        day=date.fromordinal(day),
        up=up,
        down=down,
        devices=devices,
        most_devices=most_devices,
    )
