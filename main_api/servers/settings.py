"""What the operator's commands are told from outside: a part of main_api's own variables."""

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from common.settings import Settings
from common.storage.connect import MongoUrl, folder_of
from main_api.settings import ServersSecrets

INSTALLED = Path("/etc/keyland")


class ServersSettings(Settings):
    mongo_url: MongoUrl
    servers_secrets: Annotated[ServersSecrets, Field(default_factory=dict)]
    servers_secrets_file: Path
    countries_file: Path


def adopt_installed(environ: MutableMapping[str, str], installed: Path = INSTALLED) -> None:
    """An operator's shell has nothing of what systemd tells the units, so it is read where they
    have it from; only for who may, and has said nothing else.
    """
    file = installed / "main.env"
    if "MONGO_URL" in environ or not os.access(file, os.R_OK):
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            environ.setdefault(name.strip(), _unquoted(value.strip()))
    environ.setdefault("CREDENTIALS_DIRECTORY", str(installed / "credentials/main"))


def _unquoted(value: str) -> str:
    """As systemd reads it."""
    whole = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if whole else value


def become_owner(mongo_url: str) -> None:
    """Of an embedded database: files that root made there the shop could not open."""
    if os.geteuid() != 0 or not mongo_url.startswith("embedded:"):
        return
    owner = folder_of(mongo_url).stat()
    if owner.st_uid != 0:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
