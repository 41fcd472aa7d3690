"""An embedded database: one SQLite file, its collections, and what the tools ask of it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from common.storage.embedded.collection import EmbeddedCollection
from common.storage.embedded.sessions import Sessions
from common.storage.protocol import Collection


@final
@dataclass(frozen=True)
class EmbeddedDatabase:
    file: Path
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sessions", Sessions(self.file))

    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    def collection(self, name: str) -> Collection:
        return EmbeddedCollection(self.sessions, name)

    def ping(self) -> None:
        with self.sessions.reading():
            pass

    def close(self) -> None:
        self.sessions.close()

    def collection_names(self) -> list[str]:
        with self.sessions.reading() as session:
            return sorted(session.tables)

    def indexes(self, name: str) -> list[tuple[list[tuple[str, int]], bool]]:
        """The (keys, unique) of each index but that of `_id`."""
        with self.sessions.reading() as session:
            table = session.tables.get(name)
        return [(list(index.keys), index.unique) for index in (table.indexes if table else ())]
