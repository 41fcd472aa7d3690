"""MONGO_URL decides what stands behind the stores."""

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from common.storage.checked import CheckedDatabase
from common.storage.embedded.database import EmbeddedDatabase
from common.storage.mongo import MongoDatabase, open_mongo
from common.storage.protocol import Database
from common.storage.subset import options


def connect(url: str, *, name: str) -> Database:
    """`mongodb://…`, `mongodb+srv://…`, or `embedded:///absolute/folder` (a file a database).

    Nothing is opened before the first use, so that it may be called before a fork.
    Raises ValueError for any other url.
    """
    return CheckedDatabase(backend(url, name=name))


def backend(url: str, *, name: str) -> EmbeddedDatabase | MongoDatabase:
    """The database itself, without the wall; for the tools."""
    options.name(name)
    if url.startswith(("mongodb://", "mongodb+srv://")):
        return open_mongo(url, name)
    return EmbeddedDatabase(folder_of(url) / f"{name}.db")


def folder_of(url: str) -> Path:
    """The folder of an embedded database."""
    parts = urlsplit(url)
    if parts.scheme != "embedded":
        raise ValueError("a database url must begin with embedded:/// (or mongodb://)")
    if parts.netloc or not parts.path.startswith("/") or parts.query or parts.fragment:
        raise ValueError("an embedded database needs an absolute path: embedded:///var/lib/…")
    return Path(unquote(parts.path))


def _checked_url(url: str) -> str:
    """Its errors hold no part of the url, in which a password may stand."""
    if url.startswith("mongodb://"):
        try:
            parse_uri(url)
        except (PyMongoError, ValueError):
            raise ValueError("is no address of a MongoDB") from None
    elif not url.startswith("mongodb+srv://"):  # that one is asked of the DNS, so not here
        folder_of(url)
    return url


MongoUrl = Annotated[str, AfterValidator(_checked_url)]
