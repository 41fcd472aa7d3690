"""A database that counts what it is asked."""

from collections.abc import Callable
from typing import Any

from typing_extensions import override

from common.storage.protocol import Collection, Database

QUESTIONS = {"find", "find_one", "count_documents"}


class Asked(Database):
    def __init__(self, real: Database) -> None:
        self._real = real
        self._count = 0

    def questions(self, act: Callable[[], object]) -> int:
        """How many reads that takes."""
        before = self._count
        act()
        return self._count - before

    @override
    def __getitem__(self, name: str) -> Any:
        return self.collection(name)

    @override
    def collection(self, name: str) -> Any:
        return _Collection(self, self._real[name])

    @override
    def ping(self) -> None:
        self._real.ping()

    @override
    def close(self) -> None:
        """The real one is another's."""

    def ask(self) -> None:
        self._count += 1


class _Collection:
    def __init__(self, asked: Asked, real: Collection) -> None:
        self._asked, self._real = asked, real

    def __getattr__(self, name: str) -> Any:
        if name in QUESTIONS:
            self._asked.ask()
        return getattr(self._real, name)
