"""A server for tests: the agent in this process, a real core beside it, a web site to visit."""

import json
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from common.clients.country_api import CountryApi
from common.service_client import ServiceClient
from common.settings import load
from country_api.app import create_app
from country_api.core.config import CoreKind
from country_api.cutting.sockets import SS
from country_api.deps import Deps, build
from country_api.settings import CountrySettings
from models.servers import ListedUser, PutUserAnswer, ServerUser
from tests.support.clock import FakeClock
from tests.support.core import CoreProcess, FoundCore, find_cores, wait_until
from tests.support.ports import free_port
from tests.support.vless import Refused, fetch
from tests.support.wsgi_transport import session_to

KEY = "m" * 32
PAGE = bytes(range(256)) * 200
CORES = find_cores()


class Site:
    """A web server on loopback that counts its visits."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        site = self
        self.visits = 0

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.visits += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(PAGE)))
                self.end_headers()
                self.wfile.write(PAGE)

            @override
            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        if tls:
            # handshakes happen in the visitors' threads, so that one does not hold the others
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.address = ("127.0.0.1", int(self._server.server_port))
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Agent:
    """The agent of one server, in this process; `stop` and `start` as often as wanted."""

    def __init__(self, core: FoundCore, site: Site) -> None:
        # a short path, since a socket lives in it; in memory, since every change is fsynced
        memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- mkdtemp below
        self.directory = Path(tempfile.mkdtemp(prefix="agent", dir=memory))
        self.clock = FakeClock()
        self.port = free_port()
        self.site = site
        self.environ = self._environ(core)
        self.ss: Sequence[str] = SS
        self.core = CoreProcess(core, self.directory / "core.json")
        self.deps: Deps | None = None

    def _environ(self, core: FoundCore) -> dict[str, str]:
        socket = f"unix:{self.directory}/api.sock"
        return {
            "STATE_DIR": str(self.directory),
            "CALLER_KEYS": '{"main_api": ["' + KEY + '"]}',
            "CORE_KIND": core.kind.value,
            "CORE_CONFIG": str(self.directory / "core.json"),
            "CORE_CONFIG_REST_SECONDS": "1",
            "CORE_API": socket if core.kind is CoreKind.XRAY else f"127.0.0.1:{free_port()}",
            "CORE_BINARY": str(core.binary),
            "INBOUND_LISTEN": "127.0.0.1",
            "INBOUND_PORT": str(self.port),
            "PUBLIC_HOST": "127.0.0.1",
            "PUBLIC_PORT": str(self.port),
            "SECURITY": "none",
            "ALLOW_PRIVATE": "{}:{}".format(*self.site.address),
            "OUTBOUND_STRATEGY": "ForceIPv6v4",
        }

    def start(self) -> None:
        deps = self._build()
        deps.keeper.start()
        deps.cutter.start()

    def start_with_core(self) -> None:
        """Both, the core first, which saves the test the time in which they look for each other."""
        deps = self._build()
        deps.mirror.write()
        self.core.start()
        deps.keeper.start()
        deps.cutter.start()
        wait_until(self.in_order, "the agent is at one with the core")

    def _build(self) -> Deps:
        settings = load(CountrySettings, self.environ)
        self.deps = build(settings, self.clock, self.ss)
        self.app = create_app(settings, self.deps)
        session, _ = session_to(self.app)
        session.trust_env = False
        self.client = ServiceClient(
            "http://agent",
            caller="main_api",
            callee="country_api",
            key=KEY,
            clock=self.clock,
            session=session,
        )
        self.api = CountryApi(self.client)
        return self.deps

    def start_core(self) -> None:
        """Returns when the agent has met it and everything is in order."""
        self.core.start()
        wait_until(self.in_order, "the agent is at one with the core")

    def in_order(self) -> bool:
        assert self.deps
        return self.deps.pulse.beat() and self.deps.enforcer.in_order

    def health(self) -> tuple[int, dict[str, bool]]:
        response = self.app.test_client().get("/health")
        return response.status_code, response.get_json()["dependencies"]

    def tick(self) -> None:
        """What the keeper does by itself every now and then."""
        assert self.deps
        self.deps.keeper.tick()

    def stop(self) -> None:
        if self.deps:
            self.deps.close()
            self.deps = None

    def close(self) -> None:
        self.stop()
        self.core.kill()
        shutil.rmtree(self.directory)

    def user(self, number: int, *, revision: int = 1, days: float = 30, **other: Any) -> ServerUser:
        values = {
            "key": f"u{number}",
            "core_id": core_id(number),
            "expires_at": self.clock() + timedelta(days=days),
            "revision": revision,
        }
        return ServerUser.model_validate(values | other)

    def one(self, number: int) -> ListedUser:
        return self.client.get(f"/users/u{number}", ListedUser)

    def put_raw(self, key: str, body: dict[str, Any]) -> PutUserAnswer:
        return self.client.call("PUT", f"/users/{key}", PutUserAnswer, body=body)

    def file_users(self) -> dict[str, str]:
        """Key -> id in the core's config file."""
        config = json.loads(self.core.config.read_text())
        clients = config["inbounds"][0]["settings"]["clients"]
        return {client["email"]: client["id"] for client in clients}

    def serves(self, core_id: str) -> bool:
        """Whether a new connection with this id gets the page through the core."""
        try:
            return fetch(self.port, core_id, self.site.address) == PAGE
        except (Refused, ConnectionError):
            return False


def core_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


@pytest.fixture(params=CORES, ids=lambda core: core.kind.value)
def core(request: pytest.FixtureRequest) -> FoundCore:
    found: FoundCore = request.param
    return found


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def agent(core: FoundCore, site: Site) -> Iterator[Agent]:
    """Started, and its core too."""
    agent = Agent(core, site)
    try:
        agent.start_with_core()
        yield agent
    finally:
        agent.close()
