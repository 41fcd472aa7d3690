"""main_api with its database on disk, fake servers and a fake notify_service around it."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import requests
from flask.testing import FlaskClient
from requests.adapters import BaseAdapter

from common.clients.main_api import MainApi
from common.service_client import ServiceClient
from common.storage.protocol import Database
from main_api.app import create_app
from main_api.deps import Deps, build
from main_api.public_app import create_public_app
from main_api.settings import MainSettings
from main_api.users.record import UserRecord
from models.access import GrantRequest
from models.users import RegisterRequest, User
from tests.support import fake_country, fake_notify
from tests.support.clock import FakeClock
from tests.support.fake_country import FakeCountry
from tests.support.fake_notify import FakeNotify
from tests.support.wsgi_transport import session_to

OPERATOR_KEY = "operator-key-" + "k" * 32
BOT_KEY = "bot-key-" + "k" * 32
FINLAND, GERMANY, FRANCE = "fi.test:8443", "de.test:8443", "fr.test:8443"
COUNTRIES = {"finland": [FINLAND], "germany": [GERMANY]}
PUBLIC = "https://keys.test"


def settings_in(folder: Path, **changed: Any) -> MainSettings:
    addresses = (FINLAND, GERMANY, FRANCE)
    values: dict[str, Any] = {
        "mongo_url": f"embedded://{folder}",
        "caller_keys": {"operator": [OPERATOR_KEY], "tg_bot": [BOT_KEY]},
        "notify_service_url": "http://notify.test",
        "notify_service_key": fake_notify.KEY,
        "payments_webhook_url": "http://payments.test",
        "payments_webhook_key": "payments-key-" + "k" * 32,
        "servers_secrets": dict.fromkeys(addresses, fake_country.SECRET),
        "countries_file": folder / "countries.json",
        "public_url": PUBLIC,
        "bot_url": "https://t.me/keyland_bot",
        "support_url": "https://t.me/keyland_help",
    }
    return MainSettings.model_validate(values | changed)


class Shop:
    """`adapters`: base address -> transport, so a test can put more neighbours there."""

    def __init__(self, folder: Path, *, db: Database | None = None, **changed: Any) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.countries = {a: FakeCountry(a, self.clock) for a in (FINLAND, GERMANY, FRANCE)}
        self.finland, self.germany = self.countries[FINLAND], self.countries[GERMANY]
        self.notify = FakeNotify(self.clock)
        self.adapters: dict[str, BaseAdapter] = {"http://notify.test": self.notify.wire}
        self.adapters |= {f"https://{a}": c.wire for a, c in self.countries.items()}
        self.settings = settings_in(folder, **changed)
        if not self.settings.countries_file.exists():
            self.write_countries(json.dumps(COUNTRIES))
        self.deps = self.start(db)

    def start(self, db: Database | None = None) -> Deps:
        """As after a restart: everything anew, the same database and neighbours."""
        self.deps = build(self.settings, clock=self.clock, db=db, session_of=self.session)
        self.app = create_app(self.settings, self.deps)
        self.bot = MainApi(self.client("tg_bot", BOT_KEY))
        self.operator = self.client("operator", OPERATOR_KEY)
        return self.deps

    @property
    def public(self) -> FlaskClient:
        """A stranger's browser or client program."""
        return create_public_app(self.settings, self.deps).test_client()

    def session(self, fingerprints: Collection[str] = ()) -> requests.Session:
        session = requests.Session()
        for address, adapter in self.adapters.items():
            if fingerprints or address.startswith("http:"):
                session.mount(address, adapter)
        return session

    def client(self, caller: str, key: str) -> ServiceClient:
        session, _ = session_to(self.app)
        return ServiceClient(
            "http://main", caller=caller, callee="main_api", key=key, clock=self.clock,
            session=session,
        )  # fmt: skip

    def write_countries(self, text: str) -> None:
        fresh = self.folder / "countries.new"
        fresh.write_text(text)
        fresh.replace(self.settings.countries_file)

    def register(self, tg_id: int = 98472894, **names: Any) -> User:
        return self.bot.register(RegisterRequest(telegram_id=tg_id, **names))

    def grant(self, user_id: int, order_id: str, **time: int) -> Any:
        return self.bot.grant(GrantRequest(user_id=user_id, order_id=order_id, **time))

    def record(self, user_id: int) -> UserRecord:
        return self.deps.users.get(user_id)

    def enlist(self) -> None:
        self.deps.vpn.enlisting.tick()
        self.deps.vpn.enlisting.finish()

    def heal(self) -> None:
        self.deps.vpn.healing.tick()
        self.deps.vpn.healing.finish()

    def rested(self) -> None:
        """As if a while had passed since a server failed."""
        for server in self.deps.vpn.servers.callable():
            server.rest.worked()

    def close(self) -> None:
        self.deps.vpn.healing.finish()
        self.deps.vpn.servers.close()
        self.deps.db.close()
