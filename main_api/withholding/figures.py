"""How many are withheld from the servers, read from the database at each scrape."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from common.errors import ServiceError
from common.storage.protocol import Database
from main_api.mongo_api.collections import USERS
from models.codes import Withheld


class WithheldFigures(Collector):
    """With the database away there are none, and the other figures stand."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @override
    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "keyland_users_withheld",
            "Users whom no server lets in, since they have reached a limit",
            labels=["why"],
        )
        try:
            for why in Withheld:
                where = {"withheld": str(why), "deleting": False}
                family.add_metric([str(why)], self._db[USERS].count_documents(where))
        except ServiceError:
            return []
        return [family]
