"""A customer's real VPN program in front of the server: plain as in the sandbox, and REALITY.

For REALITY the borrowed site is a TLS server of our own on loopback.
"""

import json
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from models.servers import ServerDescription
from tests.country_api.conftest import PAGE, Agent, Site, core_id
from tests.country_api.reality import borrowed_site, reality_agent
from tests.support.core import CoreProcess, FoundCore
from tests.support.ports import free_port
from tests.support.waiting import wait_until


class Client:
    """The core as a client, with an HTTP proxy for the customer's programs."""

    def __init__(self, core: FoundCore, server: ServerDescription, user_id: str) -> None:
        self.port = free_port()
        self._directory = Path(tempfile.mkdtemp(prefix="client"))
        path = self._directory / "client.json"
        path.write_text(json.dumps(self._config(server, user_id)))
        self._process = CoreProcess(core, path)
        self._process.start()

    def _config(self, server: ServerDescription, user_id: str) -> dict[str, Any]:
        user = {"id": user_id, "encryption": "none", "flow": server.flow}
        address = {"address": server.host, "port": server.port, "users": [user]}
        stream: dict[str, Any] = {"network": server.network, "security": server.security}
        if server.security == "reality":
            stream["realitySettings"] = {
                "serverName": server.sni,
                "fingerprint": server.fingerprint,
                "publicKey": server.public_key,
                "shortId": server.short_id,
                "spiderX": server.spider_x,
            }
        outbound = {"protocol": "vless", "settings": {"vnext": [address]}, "streamSettings": stream}
        return {
            "log": {"loglevel": "warning"},
            "inbounds": [{"listen": "127.0.0.1", "port": self.port, "protocol": "http"}],
            "outbounds": [outbound],
        }

    def gets(self, site: Site) -> bool:
        proxy = urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{self.port}"})
        address = "http://{}:{}/".format(*site.address)
        try:
            with urllib.request.build_opener(proxy).open(address, timeout=30) as answer:
                return bool(answer.read() == PAGE)
        except (OSError, HTTPException):
            return False

    def close(self) -> None:
        self._process.kill()
        shutil.rmtree(self._directory)


def test_a_vpn_program_started_from_the_description_fetches_a_page(
    agent: Agent, site: Site
) -> None:
    agent.api.put_user(agent.user(1))
    client = Client(agent.core.core, agent.api.describe(), core_id(1))
    try:
        assert client.gets(site)

        agent.api.put_user(agent.user(1, revision=2, active=False))

        assert not client.gets(site)
    finally:
        client.close()


@pytest.fixture
def reality(site: Site, tmp_path: Path) -> Iterator[Agent]:
    borrowed = borrowed_site(tmp_path)
    agent = reality_agent(site, borrowed)
    try:
        agent.start_with_core()
        yield agent
    finally:
        agent.close()
        borrowed.close()


def test_reality_and_vision_carry_a_user_added_live_and_refuse_him_when_removed(
    reality: Agent, site: Site
) -> None:
    reality.api.put_user(reality.user(1))
    description = reality.api.describe()
    assert (description.security, description.flow) == ("reality", "xtls-rprx-vision")
    client = Client(reality.core.core, description, core_id(1))
    stranger = Client(reality.core.core, description, core_id(2))
    try:
        # its first look at the borrowed site may still be under way
        wait_until(lambda: client.gets(site))
        assert not stranger.gets(site)

        reality.api.put_user(reality.user(1, revision=2, active=False))

        assert not client.gets(site)
    finally:
        client.close()
        stranger.close()
