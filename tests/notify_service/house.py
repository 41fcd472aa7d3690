"""notify_service with neighbours that keep state, in one process; Telegram over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_openapi3 import OpenAPI

from common.clients.main_api import MainApi
from common.clients.notify_service import NotifyService
from common.clock import Clock
from common.service_client import ServiceClient
from common.storage.connect import connect
from common.storage.protocol import Document
from common.telegram.gate import Gate, Traffic
from models.codes import NoticeKind, Service
from models.notifies import Notice
from notify_service.app import create_app
from notify_service.deps import Deps, compose
from notify_service.settings import NotifySettings
from tests.common.telegram.emulated import TOKEN, Elapsed, Telegram, sender_to
from tests.notify_service.shop import MAIN_API_KEY, Shop, shop_app
from tests.notify_service.switch import SwitchedDatabase
from tests.support.clock import FakeClock
from tests.support.wsgi_transport import WsgiAdapter, session_to

CALLER_KEY = "bot-to-notify-" + "b" * 32
MAIN_API_URL = "http://main-api.test"


@dataclass
class House:
    """`clock` is our time, `elapsed` the gate's."""

    telegram: Telegram
    shop: Shop
    main_api_wire: WsgiAdapter
    deps: Deps
    app: OpenAPI
    notices: NotifyService
    clock: FakeClock
    elapsed: Elapsed
    database: SwitchedDatabase

    def add(self, kind: NoticeKind, to: int, *, key: str = "k1", **given: Any) -> str:
        """The state that the service answers."""
        due_at: datetime = given.pop("due_at", self.clock())
        language = given.pop("language", None)
        notice: dict[str, Any] = {"key": key, "kind": kind, "telegram_id": to, "due_at": due_at}
        notice |= {"language": language} if language else {}
        return self.notices.add(Notice(**notice, params=given)).state

    def deliver(self) -> None:
        """All that is due and that the gate lets pass, as a worker does."""
        while self.deps.dispatcher.permit() <= 0 and self.deps.dispatcher.deliver_one():
            pass

    def stored(self, key: str = "k1") -> Document:
        found = self.database.collection("notices").find_one({"_id": key})
        assert found is not None
        return found

    def state(self, key: str = "k1") -> str:
        return str(self.stored(key)["state"])


@contextmanager
def house(
    telegram: Telegram,
    folder: Path,
    *,
    monotonic: Callable[[], float] | None = None,
    read_seconds: float = 5.0,
    rate: float = 1000.0,
) -> Iterator[House]:
    """`monotonic` real where the scheduler's threads run, else moved by the test."""
    clock, elapsed, shop = FakeClock(), Elapsed(), Shop()
    database = SwitchedDatabase(connect(f"embedded://{folder}", name="notify"))
    session, wire = session_to(shop_app(shop, clock))
    main_api = MainApi(client_of(session, callee=Service.MAIN_API, clock=clock))
    gate = Gate(monotonic=monotonic or elapsed, sleep=elapsed.sleep, rate=rate)
    sender = sender_to(
        telegram.base, elapsed, Traffic.TRANSACTIONAL, gate=gate, read_seconds=read_seconds
    )
    deps = compose(database, clock, gate, sender, main_api)
    app = create_app(settings_for(telegram), deps)
    incoming, _ = session_to(app)
    notices = NotifyService(client_of(incoming, callee=Service.NOTIFY_SERVICE, clock=clock))
    yield House(telegram, shop, wire, deps, app, notices, clock, elapsed, database)
    database.close()


def settings_for(telegram: Telegram) -> NotifySettings:
    return NotifySettings(
        mongo_url="embedded:///nowhere",
        caller_keys={it.value: [CALLER_KEY] for it in (Service.TG_BOT, Service.MAIN_API)},
        main_api_url=MAIN_API_URL,
        main_api_key=MAIN_API_KEY,
        bot_token=TOKEN,
        telegram_api_url=telegram.base,
    )


def client_of(session: Any, *, callee: Service, clock: Clock) -> ServiceClient:
    ours = callee is Service.NOTIFY_SERVICE
    return ServiceClient(
        MAIN_API_URL,
        caller=Service.TG_BOT if ours else Service.NOTIFY_SERVICE,
        callee=callee,
        key=CALLER_KEY if ours else MAIN_API_KEY,
        clock=clock,
        session=session,
    )
