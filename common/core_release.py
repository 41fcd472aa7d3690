"""The pinned release of Xray: where it lies, what it must be, and how it is fetched.

Nothing but Python's own library is used: a server's installer runs before any package is there.
"""

import hashlib
import shutil
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

VERSION: Final = "26.6.27"
PLACE: Final = f"https://github.com/XTLS/Xray-core/releases/download/v{VERSION}"
PATIENCE_SECONDS = 30.0
MOST_BYTES = 200 * 1024 * 1024
CHUNK = 1024 * 1024
PROGRAM = "xray"


class BadRelease(Exception):
    """It cannot be had, or is not what was pinned; the message says which."""


@dataclass(frozen=True)
class Archive:
    """A zip of the release; the sum is the one in the `.dgst` beside it."""

    name: str
    sha256: str

    def url(self, place: str = PLACE) -> str:
        return f"{place.rstrip('/')}/{self.name}"


ARCHIVES: Final = {
    "x86_64": Archive(
        "Xray-linux-64.zip", "b3e5902d06d6282fe53cfa2fc426058b9aeaa429b2c812e20887cd47f26d08bf"
    ),
    "aarch64": Archive(
        "Xray-linux-arm64-v8a.zip",
        "13a251379bea366c2cf10363ad71e75734193d401f26f518bf0c25e5c8f8c931",
    ),
}
"""By the machine's name, as `uname -m` says it."""


def fetch(url: str, target: Path, seconds: float = PATIENCE_SECONDS) -> None:
    """Follows redirects; `target` is there only if all of it came. Raises BadRelease.

    `seconds` is the longest silence; what came is nothing to trust before `check` has seen it.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise BadRelease(f"{url}: must be an http(s) address")
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as unfinished:
        partial = Path(unfinished.name)
    try:
        _download(url, partial, seconds)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _download(url: str, partial: Path, seconds: float) -> None:
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer, partial.open("wb") as file:  # noqa: S310 -- the scheme was looked at
            promised = answer.headers.get("Content-Length")
            came = 0
            while chunk := answer.read(CHUNK):
                came += len(chunk)
                if came > MOST_BYTES:
                    raise BadRelease(f"{url}: more than {MOST_BYTES} bytes")
                file.write(chunk)
    except (OSError, ValueError, HTTPException) as trouble:
        raise BadRelease(f"{url}: {trouble}") from None
    if promised is not None and str(came) != promised:
        raise BadRelease(f"{url}: cut off after {came} of {promised} bytes")


def sha256_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check(file: Path, sha256: str) -> None:
    """Raises BadRelease unless the file is that one."""
    found = sha256_of(file)
    if found != sha256.lower():
        raise BadRelease(f"{file.name} has the sha256 {found}, and not {sha256.lower()}")


def unpack(file: Path, target: Path) -> None:
    """The program out of the release's zip, or the program itself, ready to be run."""
    if zipfile.is_zipfile(file):
        _unzip(file, target)
    else:
        shutil.copyfile(file, target)
    target.chmod(0o755)


def _unzip(file: Path, target: Path) -> None:
    try:
        with (
            zipfile.ZipFile(file) as archive,
            archive.open(PROGRAM) as packed,
            target.open("wb") as out,
        ):
            shutil.copyfileobj(packed, out)
    except (KeyError, zipfile.BadZipFile) as trouble:
        raise BadRelease(f"{file.name} holds no {PROGRAM}: {trouble}") from None
