"""main_api and a server over real TLS: another one in its place is told of nobody."""

import json
import logging
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from typing_extensions import override

from common.service_client import make_session
from common.tls_worker import server_context
from country_api import certificate
from tests.main_api.cleanup_process import Served
from tests.support.clock import FakeClock
from tests.support.fake_country import SECRET, FakeCountry
from tests.support.shop import Shop

ANOTHER = "cd" * 32


class ShopWithTls(Shop):
    """Its servers are called over the network, its other neighbours in this process."""

    @override
    def session(self, fingerprints: Collection[str] = ()) -> requests.Session:
        return make_session(fingerprints) if fingerprints else super().session()

    def trust(self, address: str, *fingerprints: str) -> None:
        """As after a change of SERVERS_SECRETS and a restart."""
        self.deps.vpn.servers.close()
        secrets: dict[str, Any] = {address: SECRET | {"fingerprint": fingerprints}}
        self.settings = type(self.settings).model_validate(
            self.settings.model_dump() | {"servers_secrets": secrets}
        )
        self.start(self.deps.db)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[FakeCountry, Served, str]]:
    """What it holds, where it is, and its fingerprint."""
    fingerprint = certificate.make(tmp_path)
    tls = server_context(str(tmp_path / "agent.crt"), str(tmp_path / "agent.key"))
    country = FakeCountry("127.0.0.1:1", FakeClock())
    served = Served(country.app, tls)
    yield country, served, fingerprint
    served.stop()


def test_users_wait_for_the_server_whose_certificate_is_known(
    server: tuple[FakeCountry, Served, str],
    tmp_path_factory: pytest.TempPathFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    country, served, fingerprint = server
    address = served.address
    shop = ShopWithTls(tmp_path_factory.mktemp("shop"))
    shop.write_countries(json.dumps({"finland": [address]}))
    user_id = shop.register().user_id

    shop.trust(address, ANOTHER)
    with caplog.at_level(logging.ERROR):
        assert shop.grant(user_id, "a", days=3).pending == [address]
        for _ in range(3):
            shop.rested()
            shop.heal()
    assert country.users == {}
    (told,) = [record.message for record in caplog.records]
    assert told.startswith(f"{address} shows another certificate")

    shop.trust(address, ANOTHER, fingerprint)
    shop.heal()
    shop.close()

    assert list(country.users) == [f"u{user_id}"]
