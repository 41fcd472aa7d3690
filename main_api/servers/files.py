"""Writes the countries file and the servers' secrets, each whole or not at all."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from main_api.servers.line import NewServer
from models.countries import parse_countries, read_countries

Countries = dict[str, list[str]]


class CannotWrite(Exception):
    """A file cannot be read or written; the message says which."""


class ServerFiles:
    """Every method raises CannotWrite, or BadCountries, before anything is changed.

    Of the two a server needs, the secret is written first and goes last: whatever happens in
    between, no server is listed whose secret is not known.
    """

    def __init__(self, countries: Path, secrets: Path) -> None:
        self._countries = countries
        self._secrets = secrets

    def country_of(self, address: str) -> str | None:
        for country, addresses in read_countries(self._countries).items():
            if address in addresses:
                return country
        return None

    def add(self, country: str, server: NewServer) -> None:
        with self._alone():
            countries, secrets = read_countries(self._countries), self._read_secrets()
            secrets[server.address] = server.wire()
            _replace(self._secrets, as_lines(secrets))
            if server.address not in countries.get(country, []):
                countries.setdefault(country, []).append(server.address)
                self._write_countries(countries)

    def unlist(self, address: str) -> None:
        with self._alone():
            countries = read_countries(self._countries)
            left = {
                country: [it for it in addresses if it != address]
                for country, addresses in countries.items()
            }
            self._write_countries({country: left[country] for country in left if left[country]})

    def forget(self, address: str) -> None:
        with self._alone():
            secrets = self._read_secrets()
            if secrets.pop(address, None) is not None:
                _replace(self._secrets, as_lines(secrets))

    def check_writable(self) -> None:
        for file in (self._countries, self._secrets):
            if not os.access(file, os.R_OK | os.W_OK) or not os.access(file.parent, os.W_OK):
                raise CannotWrite(f"{file} cannot be changed by this user; try it as root")

    def _read_secrets(self) -> dict[str, Any]:
        """As it stands there: of an entry nothing is lost that we do not know."""
        try:
            found = json.loads(self._secrets.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict):
            raise CannotWrite(f"{self._secrets} is no JSON object")
        return found

    def _write_countries(self, countries: Countries) -> None:
        text = as_lines(countries)
        parse_countries(text)  # what could not be read again is not written
        _replace(self._countries, text)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time; the folder is locked, since the files themselves are replaced."""
        folder = os.open(self._countries.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def as_lines(entries: dict[str, Any]) -> str:
    """JSON with an entry a line."""
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in entries.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"


def _replace(file: Path, text: str) -> None:
    """Keeps owner, group and mode."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        was = file.stat()
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fchown(handle, was.st_uid, was.st_gid)
            os.fchmod(handle, was.st_mode & 0o777)
            os.fsync(handle)
        fresh.replace(file)
        _sync(file.parent)
    except OSError as trouble:
        fresh.unlink(missing_ok=True)
        raise CannotWrite(f"{file}: {trouble.strerror}") from None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
