"""What the owner has been told of one unit, by which channel and when: a small file."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """`happened` crashes had been counted when the last message went out."""

    happened: int = 0
    at: datetime = LONG_AGO


class Memory:
    def __init__(self, file: Path) -> None:
        self._file = file

    def told(self, channel: str) -> Told:
        kept = self._read().get(channel)
        return Told(kept[0], datetime.fromisoformat(kept[1])) if kept else Told()

    def remember(self, channel: str, told: Told) -> None:
        everything = {**self._read(), channel: [told.happened, told.at.isoformat()]}
        fresh = self._file.with_name(f".{self._file.name}.new")
        fresh.write_text(json.dumps(everything), encoding="utf-8")
        fresh.replace(self._file)

    def _read(self) -> dict[str, list[Any]]:
        try:
            found: dict[str, list[Any]] = json.loads(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}  # a message too many, if it was damaged, is better than none
        return found
