"""Where a user may not go through the tunnel, tried on listeners that would tell."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from tests.country_api.conftest import PAGE, Agent, Site, core_id
from tests.support.core import FoundCore
from tests.support.vless import Refused, exchange, fetch

HOSTS = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "localhost",
    "LocalHost",
    "localhost.",
    "me.localhost",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0x7f.1",
    socket.gethostname(),
]


class Listener:
    """Takes connections, on every address of this machine or on one, counts and answers them."""

    def __init__(self, address: tuple[str, int] | None = None) -> None:
        self.visits = 0
        if address:
            self._socket = socket.create_server(address)
        else:
            everywhere = ("::", 0)
            self._socket = socket.create_server(
                everywhere, family=socket.AF_INET6, dualstack_ipv6=True
            )
        self.port: int = self._socket.getsockname()[1]
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            with wire:
                wire.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


@pytest.fixture
def secret() -> Iterator[Listener]:
    """Something private on this machine."""
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def customer(agent: Agent) -> str:
    agent.api.put_user(agent.user(1))
    return core_id(1)


def test_nothing_private_on_this_machine_can_be_reached(
    agent: Agent, secret: Listener, customer: str
) -> None:
    def get_in(host: str) -> bool:
        try:
            fetch(agent.port, customer, (host, secret.port))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(len(HOSTS)) as pool:
        assert not any(pool.map(get_in, HOSTS))

    assert secret.visits == 0
    with socket.create_connection(("127.0.0.1", secret.port)):
        pass
    assert agent.serves(customer)


def test_a_name_in_the_request_does_not_lead_there_either(
    agent: Agent, secret: Listener, customer: str
) -> None:
    for name in (f"localhost:{secret.port}", f"127.0.0.1:{secret.port}"):
        with pytest.raises(Refused):
            fetch(agent.port, customer, ("198.51.100.1", secret.port), host=name)

    assert secret.visits == 0


def test_the_cores_own_api_cannot_be_reached(agent: Agent, customer: str) -> None:
    host, _, port = agent.environ["CORE_API"].rpartition(":")
    if host == "unix":
        pytest.skip("it listens on a socket file, where no tunnel leads")

    for name in (host, "localhost", f"::ffff:{host}"):
        with pytest.raises(Refused):
            fetch(agent.port, customer, (name, int(port)))


def test_the_one_allowed_address_passes_and_its_neighbours_do_not(
    agent: Agent, site: Site, secret: Listener, customer: str
) -> None:
    neighbour = Listener(("127.0.0.2", site.address[1]))
    try:
        assert fetch(agent.port, customer, site.address) == PAGE
        before = site.visits

        for host in ("localhost", "127.0.0.2", "::ffff:127.0.0.2"):
            with pytest.raises(Refused):
                fetch(agent.port, customer, (host, site.address[1]))
        with pytest.raises(Refused):
            fetch(agent.port, customer, (site.address[0], secret.port))
    finally:
        neighbour.close()

    assert (site.visits, neighbour.visits, secret.visits) == (before, 0, 0)


def test_bittorrent_is_shut_even_towards_the_one_allowed_address(
    agent: Agent, site: Site, customer: str
) -> None:
    hello = b"\x13BitTorrent protocol" + bytes(8) + b"GET / HTTP/1.0\r\n\r\n"

    with pytest.raises(Refused):
        exchange(agent.port, customer, site.address, hello)


def test_mail_servers_are_shut_even_the_one_allowed_address(core: FoundCore, site: Site) -> None:
    try:
        mail = Listener(("127.0.0.1", 25))
    except OSError:
        pytest.skip("port 25 cannot be listened on here")
    agent = Agent(core, site)
    agent.environ["ALLOW_PRIVATE"] = "127.0.0.1:25"
    try:
        agent.start_with_core()
        agent.api.put_user(agent.user(1))

        with pytest.raises(Refused):
            fetch(agent.port, core_id(1), ("127.0.0.1", 25))
    finally:
        agent.close()
        mail.close()

    assert mail.visits == 0
