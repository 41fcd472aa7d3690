"""Kills: a process ends between any two of its steps, and leaves what is stored as it is."""

from collections.abc import Callable
from random import Random
from typing import Any, cast

from typing_extensions import override

from common.storage.protocol import Collection, Database


class Killed(BaseException):
    """Not an Exception: nothing in the code may catch it."""


class Fuse:
    """Each step of a process burns it; `strike` kills at one of the next steps."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._left: int | None = None
        self.kills = 0

    def strike(self, within_steps: int) -> None:
        self._left = self._rng.randrange(within_steps)

    def step(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._left = None
            self.kills += 1
            raise Killed


class _Steps:
    """A collection whose every call is two steps: killed before it, or after it was done."""

    def __init__(self, real: Collection, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._real, name)

        def stepping(*args: Any, **options: Any) -> Any:
            self._fuse.step()
            done = method(*args, **options)
            self._fuse.step()
            return done

        return stepping


class MortalDatabase(Database):
    def __init__(self, real: Database, fuse: Fuse) -> None:
        self._real, self._fuse = real, fuse

    @override
    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    @override
    def collection(self, name: str) -> Collection:
        return cast(Collection, _Steps(self._real.collection(name), self._fuse))

    @override
    def ping(self) -> None:
        self._real.ping()

    @override
    def close(self) -> None:
        self._real.close()
