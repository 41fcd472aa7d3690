"""Updates on disk from before Telegram forgets them until they are handled, each once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from common.clock import Clock
from tg_bot.database import Database

REMEMBERED = timedelta(hours=48)
"""Telegram repeats an unconfirmed update for 24 h; later its id may come again as another one."""

MAX_TRIES = 5
GIVEN_UP_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Stored:
    update_id: int
    body: dict[str, Any]


class Inbox:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def store(self, updates: Iterable[dict[str, Any]]) -> list[Stored]:
        """Write the updates in one transaction; returns those that were not known, in order."""
        now = self._clock()
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM inbox WHERE body IS NULL AND received_at < ?",
                ((now - REMEMBERED).timestamp(),),
            )
            new = []
            for update in updates:
                written = db.execute(
                    "INSERT OR IGNORE INTO inbox (update_id, received_at, body) VALUES (?, ?, ?)",
                    (update["update_id"], now.timestamp(), json.dumps(update)),
                )
                if written.rowcount:
                    new.append(Stored(update["update_id"], update))
        return new

    def waiting(self) -> list[Stored]:
        """What has been stored and not handled, oldest first."""
        rows = self._database.rows(
            "SELECT update_id, body FROM inbox WHERE body IS NOT NULL ORDER BY seq"
        )
        return [Stored(int(str(number)), json.loads(str(body))) for number, body in rows]

    def done(self, update_id: int) -> None:
        """Handled: only the id is kept, to recognise a repetition."""
        with self._database.transaction() as db:
            db.execute("UPDATE inbox SET body = NULL WHERE update_id = ?", (update_id,))

    def failed(self, update_id: int) -> bool:
        """Count a try that came to nothing; False when there were enough for long enough."""
        with self._database.transaction() as db:
            db.execute("UPDATE inbox SET tries = tries + 1 WHERE update_id = ?", (update_id,))
            given_up = db.execute(
                "UPDATE inbox SET body = NULL"
                " WHERE update_id = ? AND tries >= ? AND received_at < ?",
                (update_id, MAX_TRIES, (self._clock() - GIVEN_UP_AFTER).timestamp()),
            )
        return not given_up.rowcount
