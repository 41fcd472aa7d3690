"""The database away at the start, in the middle, and back."""

from pathlib import Path

import pytest
from typing_extensions import override

from common.errors import Unavailable
from common.settings import BadSettings, load
from common.storage.connect import connect
from common.storage.protocol import Collection, Database, StorageUnavailable
from main_api.settings import MainSettings
from tests.support.shop import Shop


class Outage(Database):
    """A database that is away until it is told to be back."""

    def __init__(self, real: Database) -> None:
        self.away = True
        self._real = real

    @override
    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    @override
    def collection(self, name: str) -> Collection:
        self.ping()
        return self._real.collection(name)

    @override
    def ping(self) -> None:
        if self.away:
            raise StorageUnavailable("away")
        self._real.ping()

    @override
    def close(self) -> None:
        self._real.close()


@pytest.fixture
def outage(tmp_path: Path) -> Outage:
    return Outage(connect(f"embedded://{tmp_path}", name="main"))


def test_with_the_database_away_everything_is_503_until_it_is_back(
    tmp_path: Path, outage: Outage
) -> None:
    shop = Shop(tmp_path, db=outage)
    http = shop.app.test_client()
    health = http.get("/health")
    assert (health.status_code, health.get_json()["dependencies"]) == (503, {"database": False})
    assert shop.public.get("/health").status_code == 503
    assert shop.public.get("/sub/x").status_code == 503
    with pytest.raises(Unavailable) as caught:
        shop.register()
    assert caught.value.code == "storage_unavailable"

    outage.away = False
    assert http.get("/health").status_code == 200
    user_id = shop.register().user_id
    assert shop.grant(user_id, "a", days=1).pending == []

    outage.away = True
    with pytest.raises(Unavailable):
        shop.grant(user_id, "b", days=1)
    outage.away = False
    assert shop.record(user_id).applied == ["a"]
    shop.close()


def test_an_unreachable_mongodb_is_503_too(tmp_path: Path) -> None:
    url = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"
    shop = Shop(tmp_path, mongo_url=url)

    assert shop.app.test_client().get("/health").status_code == 503
    with pytest.raises(Unavailable) as caught:
        shop.register()
    assert caught.value.code == "storage_unavailable"
    shop.close()


def test_every_wrong_variable_is_named_at_once_and_no_value_told() -> None:
    environ = {
        "MONGO_URL": "postgres://canary",
        "CALLER_KEYS": '{"tg_bot": ["canary"]}',
        "SERVERS_SECRETS": '{"nowhere": {"key": "canary"}}',
        "TRIAL_DAYS": "canary",
        "PUBLIC_URL": "canary",
    }

    with pytest.raises(BadSettings) as caught:
        load(MainSettings, environ)

    told = str(caught.value)
    assert [line.partition(":")[0] for line in told.splitlines()] == [
        "BOT_URL", "CALLER_KEYS", "MONGO_URL", "NOTIFY_SERVICE_KEY", "NOTIFY_SERVICE_URL",
        "PAYMENTS_WEBHOOK_KEY", "PAYMENTS_WEBHOOK_URL", "PUBLIC_URL", "SERVERS_SECRETS",
        "TRIAL_DAYS",
    ]  # fmt: skip
    assert "canary" not in told


def test_time_is_not_moved_while_a_server_is_abroad() -> None:
    environ = {
        "MONGO_URL": "embedded:///x",
        "CALLER_KEYS": "{}",
        "NOTIFY_SERVICE_URL": "http://127.0.0.1:1",
        "NOTIFY_SERVICE_KEY": "k" * 32,
        "PAYMENTS_WEBHOOK_URL": "http://127.0.0.1:2",
        "PAYMENTS_WEBHOOK_KEY": "k" * 32,
        "PUBLIC_URL": "http://127.0.0.1:3",
        "BOT_URL": "https://t.me/x",
        "CLOCK_OFFSET_FILE": "/x",
    }
    at_home = load(
        MainSettings, environ | {"SERVERS_SECRETS": '{"127.0.0.1:4": {"key": "%s"}}' % ("k" * 32)}
    )
    assert list(at_home.servers_secrets) == ["127.0.0.1:4"]

    with pytest.raises(BadSettings, match="CLOCK_OFFSET_FILE"):
        load(
            MainSettings,
            environ | {"SERVERS_SECRETS": '{"192.0.2.1:4": {"key": "%s"}}' % ("k" * 32)},
        )
