"""Which tokens have been used: one memory for all worker processes of a service."""

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import weakref
from typing import Final, final

BUCKETS: Final = 8192
DEPTH: Final = 32
_DIGEST, _UNTIL = struct.Struct("<Q"), struct.Struct("<d")
_BUCKET = struct.Struct(f"<{DEPTH}Q{DEPTH}d")
_UNTILS = DEPTH * _DIGEST.size


class Full(Exception):
    """More tokens are alive than can be remembered: some two thousand calls a second."""


@final
class UsedTokens:
    """Processes that are forked after it was made share it, with those that replace a killed one.

    A table in shared memory, of 4 MB at most. The system takes a file's lock from a process that
    dies, so a worker that is killed does not stop the others.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("used_tokens")
        weakref.finalize(self, os.close, self._file)
        os.ftruncate(self._file, BUCKETS * _BUCKET.size)
        self._table = mmap.mmap(self._file, BUCKETS * _BUCKET.size)
        self._lock = threading.Lock()  # a file's lock is held by a process, not by a thread

    def first_use(self, token_id: str, *, until: float, now: float) -> bool:
        """Whether it is one; it is remembered until that time (Unix seconds). Raises Full."""
        digest = hashlib.sha256(token_id.encode()).digest()
        (known,) = _DIGEST.unpack_from(digest)
        bucket = int.from_bytes(digest[-4:]) % BUCKETS * _BUCKET.size
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                return self._noted(bucket, known, until, now)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _noted(self, bucket: int, known: int, until: float, now: float) -> bool:
        entries = _BUCKET.unpack_from(self._table, bucket)
        digests, ends = entries[:DEPTH], entries[DEPTH:]
        if any(it == known and end >= now for it, end in zip(digests, ends, strict=True)):
            return False
        oldest = min(range(DEPTH), key=ends.__getitem__)
        if ends[oldest] >= now:
            raise Full
        _DIGEST.pack_into(self._table, bucket + oldest * _DIGEST.size, known)
        _UNTIL.pack_into(self._table, bucket + _UNTILS + oldest * _UNTIL.size, until)
        return True


_shared: UsedTokens | None = None


def share() -> None:
    """For the process that forks the workers, before it does."""
    global _shared  # noqa: PLW0603 -- what a process hands on to those it forks
    _shared = UsedTokens()


def of_this_service() -> UsedTokens:
    return _shared or UsedTokens()
