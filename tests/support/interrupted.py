"""A database that lets something happen at one of the writes of its process: a kill, or a rival."""

import threading
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from common.storage.protocol import Database
from tests.support.between import Between

WRITES = {
    *("insert_one", "insert_many", "update_one", "update_many"),
    *("find_one_and_update", "delete_one", "delete_many"),
}


class Killed(BaseException):
    """The process ended here."""


def killed() -> None:
    raise Killed


class Interrupted(Between):
    """Before its `at`-th write, or right after it, `happens` is called. `came` tells whether that
    write was reached. Only writes of the thread that made this are counted.
    """

    def __init__(
        self, real: Database, at: int, happens: Callable[[], None] = killed, *, after: bool = False
    ) -> None:
        super().__init__(real)
        self._at, self._after = at, after
        self._happens = happens
        self._writes = 0
        self._thread = threading.get_ident()
        self.came = False

    @override
    def call(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if name not in WRITES or threading.get_ident() != self._thread:
            return act(*args, **kwargs)
        self._writes += 1
        now = self._writes == self._at
        if now:
            self.came = True
        if now and not self._after:
            self._happens()
        done = act(*args, **kwargs)
        if now and self._after:
            self._happens()
        return done
