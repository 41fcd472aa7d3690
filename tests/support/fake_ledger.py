"""A server's ledger: rows with the number of their last change, told in pages."""

import json
from datetime import date

from flask import Response, request


class FakeLedger:
    """`page` rows at most in an answer; `overrides` are put over what it would answer."""

    def __init__(self) -> None:
        self.name = "a" * 32
        self.page = 3
        self.change = 0
        self.rows: dict[tuple[str, str], dict[str, object]] = {}
        self.asked: list[int] = []
        self.overrides: dict[str, object] = {}

    def count(
        self,
        user_id: int,
        day: date,
        *,
        up: int = 0,
        down: int = 0,
        devices: int | None = None,
        most: int | None = None,
    ) -> None:
        """All of the day, as it is now."""
        self.change += 1
        self.rows[f"u{user_id}", day.isoformat()] = {
            "key": f"u{user_id}",
            "day": day.isoformat(),
            "up": up,
            "down": down,
            "devices": devices,
            "most_devices": most if most is not None else devices,
            "change": self.change,
        }

    def lose(self) -> None:
        """The file is gone; another one begins."""
        self.name = f"{int(self.name, 16) + 1:032x}"
        self.rows, self.change = {}, 0

    def answer(self) -> Response:
        since = int(request.args.get("since", 0))
        self.asked.append(since)
        changed = [row for row in self.rows.values() if int(str(row["change"])) > since]
        changed.sort(key=lambda row: int(str(row["change"])))
        shown, more = changed[: self.page], len(changed) > self.page
        body = {
            "ledger": self.name,
            "rows": shown,
            "cursor": shown[-1]["change"] if more else self.change,
            "more": more,
        }
        return Response(json.dumps(body | self.overrides), mimetype="application/json")
