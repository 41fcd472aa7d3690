"""Which tokens have been used: one memory for all worker processes of a service."""

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import weakref
from contextlib import suppress
from typing import Final, final

WORKERS: Final = 4
BUCKETS: Final = 4096
DEPTH: Final = 32
_DIGEST, _END = 8, 8  # bytes
_ALL_ENDS = struct.Struct(f"<{DEPTH}d")
_BUCKET = DEPTH * (_DIGEST + _END)  # first all digests, then the ends of all
_REGION = BUCKETS * _BUCKET


class CannotRemember(Exception):
    """The token must not be let in."""


class Full(CannotRemember):
    """More tokens are alive than can be remembered: some thousand calls a second and worker."""


class TooManyWorkers(CannotRemember):
    """There is no region left in the shared memory."""


@final
class UsedTokens:
    """Processes that are forked after it was made share it, with those that replace a killed one.

    A table in shared memory, with a region of 2 MB for each process to write in. No lock is held
    across processes: each writes first and looks at the others' regions then, so of two that use
    one token at the same moment at least one sees it. To whom a region belongs is told by a file's
    lock, which the system takes from a process that dies.
    """

    def __init__(self, regions: int = WORKERS) -> None:
        self._file = os.memfd_create("used_tokens")
        weakref.finalize(self, os.close, self._file)
        os.ftruncate(self._file, regions * _REGION + regions)
        self._table = mmap.mmap(self._file, regions * _REGION + regions)
        self._taken = regions * _REGION  # from there on a byte for each region
        self._lock = threading.Lock()
        self._owner = self._own = -1

    def first_use(self, token_id: str, *, until: float, now: float) -> bool:
        """Whether it is one; it is remembered until that time (Unix seconds).

        Raises Full, and TooManyWorkers.
        """
        digest = hashlib.sha256(token_id.encode()).digest()
        known = digest[:_DIGEST]
        place = int.from_bytes(digest[-4:]) % BUCKETS * _BUCKET
        with self._lock:
            own = self._region()
            if self._is_used(own + place, known, now):
                return False
            self._note(own + place, known, until, now)
        # behind the lock: to leave it makes sure that others see the note before we look at theirs
        return not any(self._is_used(it + place, known, now) for it in self._others(own))

    def _others(self, own: int) -> list[int]:
        """Regions that somebody has ever written in; merely to look at one takes memory."""
        taken = self._table[self._taken :]
        return [it * _REGION for it, written in enumerate(taken) if written and it * _REGION != own]

    def _is_used(self, bucket: int, known: bytes, now: float) -> bool:
        digests = self._table[bucket : bucket + DEPTH * _DIGEST]
        if known not in digests:
            return False
        ends = self._ends(bucket)
        places = range(0, len(digests), _DIGEST)
        return any(
            digests[at : at + _DIGEST] == known and end >= now
            for at, end in zip(places, ends, strict=True)
        )

    def _note(self, bucket: int, known: bytes, until: float, now: float) -> None:
        ends = self._ends(bucket)
        oldest = ends.index(min(ends))
        if ends[oldest] >= now:
            raise Full
        at = bucket + oldest * _DIGEST
        self._table[at : at + _DIGEST] = known
        struct.pack_into("<d", self._table, bucket + DEPTH * _DIGEST + oldest * _END, until)

    def _ends(self, bucket: int) -> tuple[float, ...]:
        return _ALL_ENDS.unpack_from(self._table, bucket + DEPTH * _DIGEST)

    def _region(self) -> int:
        """Where this process writes: what a dead one left there is still remembered."""
        if self._owner != os.getpid():
            self._own = self._free_region()
            self._owner = os.getpid()
        return self._own

    def _free_region(self) -> int:
        for number in range(self._taken // _REGION):
            with suppress(BlockingIOError):
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
                self._table[self._taken + number] = 1
                return number * _REGION
        raise TooManyWorkers


_shared: UsedTokens | None = None


def share(workers: int) -> None:
    """For the process that forks the workers, before it does. While they are replaced there may be
    twice as many.
    """
    global _shared  # noqa: PLW0603 -- what a process hands on to those it forks
    _shared = UsedTokens(2 * workers)


def of_this_service() -> UsedTokens:
    return _shared or UsedTokens()
