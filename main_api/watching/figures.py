"""The servers in Prometheus' format, read from the database at each scrape: the jobs, who know
them, have no web app, and of the web app there are several workers.
"""

from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from common.errors import ServiceError
from main_api.vpn_api.servers import Place, Servers
from main_api.watching.alarms import About, Alarms
from main_api.watching.store import Watched, WatchStore

LABELS = ["server", "country"]
GAUGES: dict[str, tuple[str, Callable[[Watched], float | None]]] = {
    "server_well": ("1 while it gets new customers", lambda it: it.health.well),
    "payers_missing": (
        "Users with access who are missing there for over two minutes",
        lambda it: it.missing,
    ),
    "server_looked_at_timestamp_seconds": (
        "When the watch last looked at it",
        lambda it: it.health.looked_at.timestamp(),
    ),
    "server_busy_ratio": ("How busy its machine is, smoothed", lambda it: it.health.busy / 1000),
    "server_users_live": ("Users whom it should let in", lambda it: it.health.users_live),
    "server_connections_cut": (
        "Connections of users who are gone that its agent has cut since its start",
        lambda it: it.health.connections_cut,
    ),
    "server_users_uncut": (
        "Users who are gone and connected there all the same",
        lambda it: it.health.users_uncut,
    ),
    "server_bytes_per_second": (
        "What its customers send and receive",
        lambda it: it.health.bytes_per_second,
    ),
}


class ServerFigures(Collector):
    """Of the servers of the countries file. With the database away there are none of them, and the
    other figures stand.
    """

    def __init__(self, servers: Servers, store: WatchStore, alarms: Alarms) -> None:
        self._servers, self._store, self._alarms = servers, store, alarms

    @override
    def collect(self) -> Iterable[Metric]:
        try:
            places, watched = self._servers.places(), self._store.all()
            seen = [(it, watched[it.address]) for it in places if it.address in watched]
            return [*_gauges(seen), self._counted(places)]
        except ServiceError:
            return []

    def _counted(self, places: list[Place]) -> Metric:
        family = CounterMetricFamily(
            "keyland_alarms",
            "Episodes of trouble: servers that are sick, lack or withhold users, or are not called",
            labels=[*LABELS, "about"],
        )
        for place in places:
            for about in About:
                number = self._alarms.count(about, place.address)
                family.add_metric([place.address, place.country, str(about)], number)
        return family


def _gauges(seen: list[tuple[Place, Watched]]) -> Iterable[Metric]:
    for name, (meaning, value) in GAUGES.items():
        family = GaugeMetricFamily(f"keyland_{name}", meaning, labels=LABELS)
        for place, watched in seen:
            if (known := value(watched)) is not None:
                family.add_metric([place.address, place.country], known)
        yield family
