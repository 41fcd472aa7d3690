"""What stands between a shop and its real database, and sees every call."""

from collections.abc import Callable
from functools import partial
from typing import Any

from typing_extensions import override

from common.storage.protocol import Collection, Database


class Between(Database):
    def __init__(self, real: Database) -> None:
        self._real = real

    def call(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """`act` is that method of a collection."""
        raise NotImplementedError

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


class _Collection:
    def __init__(self, between: Between, real: Collection) -> None:
        self._between, self._real = between, real

    def __getattr__(self, name: str) -> Any:
        return partial(self._between.call, name, getattr(self._real, name))
