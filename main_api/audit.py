"""Who changed what by hand: kept in `main.audit`."""

from collections.abc import Mapping
from typing import Any

from common.clock import Clock
from common.storage.protocol import Database
from main_api.mongo_api.collections import AUDIT


class Audit:
    """Written before the change, so that no change is without its line; `done` when it was made."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def write(
        self,
        action: str,
        *,
        caller: str,
        user_id: int,
        tg_id: int,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> Any:
        """The line's id, for `done`."""
        line = self._db[AUDIT].insert_one(
            {
                "at": self._clock(),
                "action": action,
                "caller": caller,
                "user_id": user_id,
                "tg_id": tg_id,
                "before": dict(before),
                "after": dict(after),
                "done": False,
            }
        )
        return line.inserted_id

    def done(self, line: Any) -> None:
        self._db[AUDIT].update_one({"_id": line}, {"$set": {"done": True}})
