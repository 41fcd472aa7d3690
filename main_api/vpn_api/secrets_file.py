"""The servers' secrets, read again when their file changes; a broken one keeps the last good."""

import logging
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from typing_extensions import override

from main_api.settings import ServerSecret, ServersSecrets
from main_api.vpn_api.countries import Stamp, stamp_of

log = logging.getLogger(__name__)
Known = Mapping[str, ServerSecret]
SECRETS: TypeAdapter[dict[str, ServerSecret]] = TypeAdapter(ServersSecrets)


class SecretsFile(Mapping[str, ServerSecret]):
    """What stands in the file wins over `given`, which is as it was when the process began.

    Without a file it is just what was given.
    """

    def __init__(self, path: Path | None, given: Known) -> None:
        self._path = path
        self._given = given
        self._known: Known = given
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None

    @override
    def __getitem__(self, address: str) -> ServerSecret:
        return self._read()[address]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    @override
    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> Known:
        if self._path is None:
            return self._known
        with self._lock:
            stamp = stamp_of(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._load(self._path)
            return self._known

    def _load(self, path: Path) -> None:
        try:
            self._known = {**self._given, **read_secrets(path)}
        except ValueError:
            log.error("the servers' secrets cannot be used, the last good ones stand")  # noqa: TRY400 -- a trace may show them


def read_secrets(path: Path) -> dict[str, ServerSecret]:
    """Raises ValueError, whose message holds no secret."""
    try:
        return SECRETS.validate_python(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise ValueError(f"{path}: {missing.strerror}") from None
    except ValidationError as wrong:
        problems = wrong.errors(include_input=False, include_context=False)
        told = "; ".join(problem["msg"] for problem in problems)
        raise ValueError(f"{path}: {told}") from None
