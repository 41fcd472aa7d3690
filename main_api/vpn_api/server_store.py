"""What we remember of each server: whether its users are known to be pending there, its links."""

from datetime import datetime
from math import inf
from time import monotonic
from typing import Any

from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import SERVERS
from models.servers import ServerDescription

FRESH_SECONDS = 1.0


class ServerStore:
    """A document: `_id` address, `enlisted`, `description` and `described_at`, `reachable`; of one
    that is joining `told`, the number of users whom it has been told of.
    """

    def __init__(self, db: Database, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._db = db
        self._fresh_seconds = fresh_seconds
        self._known: dict[str, tuple[Document, ServerDescription]] = {}
        self._told: tuple[float, dict[str, ServerDescription]] = -inf, {}

    def all(self) -> dict[str, Document]:
        return {document["_id"]: document for document in self._db[SERVERS].find({})}

    def set_enlisted(self, address: str, *, enlisted: bool) -> None:
        self._set(address, enlisted=enlisted, told=None)

    def set_told(self, address: str, users: int) -> None:
        self._set(address, told=users)

    def set_description(self, address: str, description: ServerDescription, at: datetime) -> None:
        self._set(address, description=description.model_dump(), described_at=at, reachable=True)

    def set_unreachable(self, address: str) -> None:
        self._set(address, reachable=False)

    def descriptions(self) -> dict[str, ServerDescription]:
        """Of every server that has ever described itself, whether it is up or not.

        Every subscription needs them, so they may be a second old when another process wrote.
        """
        read, told = self._told
        if monotonic() - read > self._fresh_seconds:
            read = monotonic()
            told = {
                address: self._checked(address, document["description"])
                for address, document in self.all().items()
                if document.get("description")
            }
            self._told = read, told
        return told

    def _checked(self, address: str, told: Document) -> ServerDescription:
        """Checking costs more than reading, so it is done anew only when something else stands
        there.
        """
        known = self._known.get(address)
        if known is None or known[0] != told:
            known = self._known[address] = told, ServerDescription.model_validate(told)
        return known[1]

    def _set(self, address: str, **fields: Any) -> None:
        self._db[SERVERS].update_one({"_id": address}, {"$set": fields}, upsert=True)
        self._told = -inf, {}
