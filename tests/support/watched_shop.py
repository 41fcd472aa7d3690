"""A shop whose servers are looked at when the test says so, with an owner who is told."""

from main_api.watching.alarms import About
from main_api.watching.deps import watch
from main_api.watching.store import Watched
from models.codes import NoticeKind
from models.notifies import Notice
from tests.support.shop import Shop

OWNER = 4242
EVERY_SECONDS = 10


class WatchedShop(Shop):
    def begin(self) -> None:
        """As when the jobs start: nothing is remembered but what the database has."""
        self.watch = watch(self.deps)

    def look(self, seconds: int = EVERY_SECONDS) -> None:
        """Time goes on, with a look every ten seconds."""
        for _ in range(seconds // EVERY_SECONDS):
            self.clock.advance(seconds=EVERY_SECONDS)
            self.watch.tick()

    def watched(self, address: str) -> Watched:
        return self.deps.watch_store.all()[address]

    def well(self, address: str) -> bool:
        return self.watched(address).health.well

    def told(self) -> list[Notice]:
        found = self.notify.notices.values()
        return [notice for notice in found if notice.kind is NoticeKind.SERVER_ALARM]

    def words(self) -> list[str]:
        """As "sick", "missing", "sick over"."""
        return [
            f"{it.params['about']}{' over' if it.params['until_ms'] else ''}" for it in self.told()
        ]

    def alarms(self, about: About, address: str) -> int:
        return self.deps.alarms.count(about, address)

    def figures(self) -> dict[str, float]:
        page = self.app.test_client().get("/metrics").get_data(as_text=True)
        lines = [line for line in page.splitlines() if line.startswith("keyland_")]
        return {name: float(value) for name, _, value in (it.rpartition(" ") for it in lines)}
