"""From the shop's subscription page to a page beyond the tunnel: main_api, the agent, the real
Xray with REALITY on both ends, and a site of our own whose handshake is borrowed.
"""

import base64
import re
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.core import Core
from sandbox.vpn_client import VpnClient, connected, parse_link
from tests.country_api.conftest import PAGE, Agent, Site
from tests.country_api.reality import NAME, SHORT_ID, borrowed_site, reality_agent
from tests.support import fake_country
from tests.support.shop import Shop
from tests.support.waiting import wait_until
from tests.support.wsgi_transport import WsgiAdapter

SERVER = "127.0.0.1:8443"
KEY = fake_country.KEY


class House:
    """A shop with one server, which is real; `link` is what its page gives the customer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.borrowed = borrowed_site(folder)
        self.site = Site()
        self.agent = reality_agent(self.site, self.borrowed)
        self.agent.environ["CALLER_KEYS"] = '{"main_api": ["' + KEY + '"]}'
        self.agent.start_with_core()
        self.shop = Shop(folder, servers_secrets={SERVER: {"key": KEY, "fingerprint": "00" * 32}})
        self.agent.clock.now = self.shop.clock.now
        self.shop.write_countries('{"finland": ["' + SERVER + '"]}')
        self.shop.adapters[f"https://{SERVER}"] = WsgiAdapter(self.agent.app)
        self.shop.start()

    def customer(self) -> int:
        self.shop.deps.vpn.describing.tick()
        user_id = self.shop.register().user_id
        self.shop.grant(user_id, "bought", days=30)
        return user_id

    def link(self, user_id: int) -> str:
        page = urlsplit(self.shop.bot.links(user_id).config_url).path
        answer = self.shop.public.get(page)
        [link] = base64.b64decode(answer.data).decode().splitlines()
        return link

    def pass_time(self, days: float) -> None:
        self.shop.clock.advance(days=days)
        self.agent.clock.now = self.shop.clock.now

    def core(self) -> Core:
        return Core(self.agent.core.core.binary, "xray", "")

    def gets(self, client: VpnClient) -> bool:
        """Whether the page comes, whole; the site's own count agrees."""
        before = self.site.visits
        try:
            got = client.fetch("http://{}:{}/".format(*self.site.address))
        except requests.RequestException:
            assert self.site.visits == before
            return False
        assert self.site.visits == before + 1
        return got == PAGE

    def close(self) -> None:
        self.shop.close()
        self.agent.close()
        self.borrowed.close()
        self.site.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


def test_the_link_of_the_page_fetches_through_reality_and_vision_until_access_ends(
    house: House,
) -> None:
    link = house.link(house.customer())
    said = parse_link(link).parameters
    assert (said["security"], said["flow"], said["sid"]) == (
        "reality",
        "xtls-rprx-vision",
        SHORT_ID,
    )
    with connected(house.core(), link, house.folder) as client:
        # the core's first look at the borrowed site may still be under way
        wait_until(lambda: house.gets(client), seconds=20)

        house.pass_time(days=31)

        wait_until(lambda: not house.gets(client), seconds=20)


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (f"sid={SHORT_ID}", "sid=fedcba9876543210"),
        (f"sid={SHORT_ID}", "sid="),
        ("flow=xtls-rprx-vision&", ""),  # so whoever is served has used Vision
        (r"pbk=[^&]+", "pbk=" + "b" * 42 + "A"),
        (r"//[0-9a-f]{8}", "//00000000"),
    ],
    ids=["another-short-id", "no-short-id", "no-vision", "another-key", "another-user"],
)
def test_a_link_that_is_wrong_in_one_thing_fetches_nothing(
    house: House, written: str, instead: str
) -> None:
    link = house.link(house.customer())
    wrong = re.sub(written, instead, link)
    assert wrong != link
    with connected(house.core(), link, house.folder) as client:
        wait_until(lambda: house.gets(client), seconds=20)

    with connected(house.core(), wrong, house.folder) as client:
        assert not house.gets(client)


@pytest.mark.parametrize("name", [NAME, "elsewhere.example.net"])
def test_a_stranger_sees_the_borrowed_sites_own_certificate_and_page(
    house: House, name: str
) -> None:
    visits = house.borrowed.site.visits

    certificate, page = look(house.agent, name)

    assert certificate == house.borrowed.certificate
    assert page == PAGE
    assert house.borrowed.site.visits == visits + 1


def look(agent: Agent, name: str) -> tuple[bytes | None, bytes]:
    """What somebody's browser is shown at the VPN's port: a certificate, and the page at /."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", agent.port), timeout=20) as wire,
        context.wrap_socket(wire, server_hostname=name) as browser,
    ):
        browser.sendall(f"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
        answer = HTTPResponse(browser)
        answer.begin()
        return browser.getpeercert(binary_form=True), answer.read()
