"""What the bot remembers of a dialogue: JSON on disk, forgotten after a day."""

import json
from datetime import timedelta
from typing import Any

from common.clock import Clock
from tg_bot.database import Database

LIFETIME = timedelta(hours=24)


class States:
    """Values by person and name. Only JSON goes in, which any later version can read."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, telegram_id: int, name: str, value: dict[str, Any]) -> None:
        """Raises TypeError for what JSON cannot hold."""
        now = self._clock()
        with self._database.transaction() as db:
            db.execute("DELETE FROM states WHERE expires_at <= ?", (now.timestamp(),))
            db.execute(
                "REPLACE INTO states (telegram_id, name, value, expires_at) VALUES (?, ?, ?, ?)",
                (telegram_id, name, json.dumps(value), (now + LIFETIME).timestamp()),
            )

    def get(self, telegram_id: int, name: str) -> dict[str, Any] | None:
        rows = self._database.rows(
            "SELECT value FROM states WHERE telegram_id = ? AND name = ? AND expires_at > ?",
            (telegram_id, name, self._clock().timestamp()),
        )
        return dict(json.loads(str(rows[0][0]))) if rows else None

    def drop(self, telegram_id: int, name: str) -> None:
        with self._database.transaction() as db:
            db.execute("DELETE FROM states WHERE telegram_id = ? AND name = ?", (telegram_id, name))

    def drop_all(self, telegram_id: int) -> None:
        with self._database.transaction() as db:
            db.execute("DELETE FROM states WHERE telegram_id = ?", (telegram_id,))

    def people_with(self, name: str) -> list[int]:
        rows = self._database.rows(
            "SELECT telegram_id FROM states WHERE name = ? AND expires_at > ?",
            (name, self._clock().timestamp()),
        )
        return [int(str(row[0])) for row in rows]
