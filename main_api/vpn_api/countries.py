"""The countries file, read again whenever it changes; a broken one keeps the last good one."""

import logging
import threading
from pathlib import Path

from common.errors import Unavailable
from models.countries import BadCountries, read_countries

log = logging.getLogger(__name__)
Countries = dict[str, list[str]]
Stamp = tuple[int, int, int]


class CountriesFile:
    """Adding a server means adding its address to this file, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._good: Countries | None = None
        self._broken = False

    def read(self) -> Countries:
        """Raises Unavailable while no good file was seen: who must be told is not known then."""
        with self._lock:
            stamp = stamp_of(self._path)
            if stamp is None or stamp != self._stamp:
                self._load()
                self._stamp = stamp
            if self._good is None:
                raise Unavailable("the list of servers cannot be read", code="no_countries")
            return self._good

    @property
    def broken(self) -> bool:
        """Whether the file as it lies there now cannot be used."""
        return self._broken

    def _load(self) -> None:
        try:
            self._good = read_countries(self._path)
        except BadCountries as problem:
            if not self._broken:
                log.error("unusable, the last good one stands: %s", problem)  # noqa: TRY400 -- says all
            self._broken = True
            return
        if self._broken:
            log.info("the countries file can be used again")
        self._broken = False


def stamp_of(path: Path) -> Stamp | None:
    """Another one after each change; None while there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
