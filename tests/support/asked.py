"""A database that counts what it is asked."""

from collections.abc import Callable
from typing import Any

from typing_extensions import override

from common.storage.protocol import Database
from tests.support.between import Between

QUESTIONS = {"find", "find_one", "count_documents"}


class Asked(Between):
    def __init__(self, real: Database) -> None:
        super().__init__(real)
        self._count = 0

    def questions(self, act: Callable[[], object]) -> int:
        """How many reads that takes."""
        before = self._count
        act()
        return self._count - before

    @override
    def call(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._count += name in QUESTIONS
        return act(*args, **kwargs)
