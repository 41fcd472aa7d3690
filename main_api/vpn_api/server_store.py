"""What we remember of each server: whether its users are known to be pending there, its links."""

from datetime import datetime
from typing import Any

from common.storage.protocol import Database, Document
from main_api.mongo_api.collections import SERVERS
from models.servers import ServerDescription


class ServerStore:
    """A document: `_id` address, `enlisted`, `description` and `described_at`, `reachable`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> dict[str, Document]:
        return {document["_id"]: document for document in self._db[SERVERS].find({})}

    def set_enlisted(self, address: str, *, enlisted: bool) -> None:
        self._set(address, enlisted=enlisted)

    def set_description(self, address: str, description: ServerDescription, at: datetime) -> None:
        self._set(address, description=description.model_dump(), described_at=at, reachable=True)

    def set_unreachable(self, address: str) -> None:
        self._set(address, reachable=False)

    def descriptions(self) -> dict[str, ServerDescription]:
        """Of every server that has ever described itself, whether it is up or not."""
        return {
            address: ServerDescription.model_validate(document["description"])
            for address, document in self.all().items()
            if document.get("description")
        }

    def _set(self, address: str, **fields: Any) -> None:
        self._db[SERVERS].update_one({"_id": address}, {"$set": fields}, upsert=True)
