"""Reads the catalogue from the database, which is seeded at the first use."""

import threading
from collections.abc import Callable, Collection

from common.errors import Invalid, Unavailable
from common.storage.protocol import ASCENDING, Database, Document, DuplicateKeyError
from main_api.mongo_api.collections import TARIFFS
from main_api.tariffs.seed import SEED
from models.codes import Code, Withheld
from models.tariffs import Tariff

Locations = Callable[[], list[str]]


class Catalogue:
    """`locations` names the countries that there are servers in; it may raise Unavailable."""

    def __init__(self, db: Database, locations: Locations) -> None:
        self._db = db
        self._locations = locations
        self._seeded = False
        self._lock = threading.Lock()

    def active(self, language: str) -> list[Tariff]:
        self._seed()
        found = self._db[TARIFFS].find({"is_active": True}, sort=[("display_order", ASCENDING)])
        locations = self._known_locations()
        return [_tariff(document, language, locations) for document in found]

    def all(self, language: str) -> list[Tariff]:
        """Also those that are sold no more: whoever has bought one goes by its limits."""
        self._seed()
        found = self._db[TARIFFS].find({}, sort=[("display_order", ASCENDING)])
        return [_tariff(document, language, []) for document in found]

    def get(self, tariff_id: str, language: str) -> Tariff:
        """By id or slug; raises Invalid no_such_tariff, also for one that is sold no more."""
        self._seed()
        where = {"is_active": True, "$or": [{"_id": tariff_id}, {"slug": tariff_id}]}
        document = self._db[TARIFFS].find_one(where)
        if document is None:
            raise Invalid("no such tariff", code=Code.NO_SUCH_TARIFF)
        return _tariff(document, language, [])

    def names(self, tariff_id: str) -> list[str]:
        """By which the tariff may be called: its slug, and its name in every language."""
        document = self._db[TARIFFS].find_one({"_id": tariff_id}) or {}
        return [document.get("slug", ""), *document.get("name", {}).values()]

    def limit(
        self,
        tariff_id: str,
        *,
        traffic_gb: int | None = None,
        devices: int | None = None,
        enforced: Collection[Withheld] | None = None,
    ) -> None:
        """By id or slug, also of one that is sold no more. 0 for no limit; None: as it was. Raises
        Invalid no_such_tariff.
        """
        named = [it for it in self.all("en") if tariff_id in (it.id, it.slug)]
        tariff = next(iter(sorted(named, key=lambda it: not it.is_active)), None)
        if tariff is None:
            raise Invalid("no such tariff", code=Code.NO_SUCH_TARIFF)
        asked = {"traffic_gb": traffic_gb, "device_limit": devices}
        changes: Document = {name: it or None for name, it in asked.items() if it is not None}
        if enforced is not None:
            changes["enforced"] = [str(it) for it in Withheld if it in enforced]
        if changes:
            self._db[TARIFFS].update_one({"_id": tariff.id}, {"$set": changes})

    def _known_locations(self) -> list[str]:
        try:
            return self._locations()
        except Unavailable:
            return []  # prices can be told without them

    def _seed(self) -> None:
        with self._lock:
            if self._seeded:
                return
            for tariff in SEED:
                fields = {name: value for name, value in tariff.items() if name != "_id"}
                try:
                    self._db[TARIFFS].update_one(
                        {"_id": tariff["_id"]}, {"$setOnInsert": fields}, upsert=True
                    )
                except DuplicateKeyError:
                    continue  # another process seeds at this moment
            self._seeded = True


def _tariff(document: Document, language: str, locations: list[str]) -> Tariff:
    price = document["price_kopecks"]
    return Tariff(
        id=document["_id"],
        slug=document["slug"],
        name=_in_language(document["name"], language),
        description=_in_language(document["description"], language),
        price=f"{price // 100}.{price % 100:02d}",
        price_kopecks=price,
        currency=document["currency"],
        months=document["months"] or None,
        duration_days=document["duration_days"],
        device_limit=document.get("device_limit"),
        traffic_gb=document.get("traffic_gb"),
        enforced=document.get("enforced", []),
        server_locations=locations,
        is_active=document["is_active"],
        display_order=document["display_order"],
    )


def _in_language(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts["ru"]
