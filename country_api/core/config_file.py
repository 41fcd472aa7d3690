"""The core's config on disk: always whole, always one that the core would start with."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from country_api.core.config import CoreKind, CorePlan, build, clients

TEST_SECONDS = 45
NICE = "10"  # with 19 the test of a file beside a busy core may take minutes
Stamp = tuple[int, int, int]
AT_ONCE = 200


class BadConfig(Exception):
    """The core would not start with this config; the old file stands. Holds the core's words."""


class ConfigFile:
    """`binary` is the core's own program, which tests a new file before it replaces the old."""

    def __init__(self, path: Path, plan: CorePlan, binary: Path | None = None) -> None:
        self._path = path
        self._plan = plan
        self._binary = binary
        self._left: Stamp | None = None

    def shut(self, own: tuple[str, ...]) -> None:
        """The next `write` has these as this server's own addresses."""
        self._plan = replace(self._plan, own=own)

    @property
    def as_left(self) -> bool:
        """Whether it lies there as the last `write` left it, by its time, size and inode."""
        return self._stamp() == self._left

    def _stamp(self) -> Stamp | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def write(self, users_now: Callable[[], Mapping[str, str]]) -> None:
        """Replace the file at once by one with these users; raises OSError, BadConfig,
        subprocess.TimeoutExpired. A file that is right already is left alone.

        `users_now` is asked under a lock between processes, so that of two agents that overlap for
        a moment (a reload) the one which writes last has read last.
        """
        with self._locked():
            text = text_of(self._plan, users_now())
            if not self._holds(text):
                fresh = self._path.with_name(f".{self._path.stem}.new.json")
                _write_durably(fresh, text)
                self._test(fresh)
                fresh.replace(self._path)
                _sync_directory(self._path.parent)
            self._left = self._stamp()

    def _holds(self, text: str) -> bool:
        try:
            if self._path.stat().st_size != len(text):  # all of it is ASCII
                return False
            return self._path.read_text(encoding="utf-8") == text
        except (FileNotFoundError, UnicodeDecodeError):
            return False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._path.with_name(f".{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _test(self, file: Path) -> None:
        if not self._binary:
            return
        run = ["run"] if self._plan.kind is CoreKind.XRAY else []
        # it reads all users, which must not hold up those who wait for an answer; from its start,
        # since a priority that it is given later is not that of the threads it has by then
        tested = subprocess.run(  # noqa: S603 -- the operator's own path, no shell
            ["nice", "-n", NICE, str(self._binary), *run, "-test", "-config", str(file)],  # noqa: S607 -- whichever there is
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TEST_SECONDS,
            check=False,
        )
        if tested.returncode:
            raise BadConfig(tested.stdout.strip()[-500:])


def text_of(plan: CorePlan, users: Mapping[str, str]) -> str:
    """What json.dumps makes of the whole, some clients at a time: all at once take much memory."""
    rest = clients(plan, users)
    parts = iter(lambda: list(islice(rest, AT_ONCE)), [])
    listed = [json.dumps(some)[1:-1] for some in parts]
    head, _, tail = json.dumps(build(plan, {})).partition('"clients": []')
    first, *others = listed or [""]
    return "".join([head, '"clients": [', first, *(f", {it}" for it in others), "]", tail])


def _write_durably(path: Path, text: str) -> None:
    """Readable by the core's group and nobody else: it holds every user's id and the key."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
