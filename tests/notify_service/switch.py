"""A database that can be taken away for a while."""

from dataclasses import dataclass

from typing_extensions import override

from common.storage.protocol import Collection, Database, StorageUnavailable


@dataclass
class SwitchedDatabase(Database):
    real: Database
    away: bool = False

    @override
    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    @override
    def collection(self, name: str) -> Collection:
        self._check()
        return self.real.collection(name)

    @override
    def ping(self) -> None:
        self._check()
        self.real.ping()

    @override
    def close(self) -> None:
        self.real.close()

    def _check(self) -> None:
        if self.away:
            raise StorageUnavailable("away")
