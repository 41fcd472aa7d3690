"""The servers that we can call: those of the countries file whose secret we know."""

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from common.clients.country_api import CountryApi
from common.clock import Clock
from common.service_client import ServiceClient, SessionOf, make_session
from main_api.settings import ServerSecret
from main_api.vpn_api.countries import CountriesFile
from main_api.vpn_api.rest import Rest
from models.codes import Service

log = logging.getLogger(__name__)
CALLS_AT_ONCE = 8
WAITING_AT_MOST = 64
READ_SECONDS = 4.0


@dataclass(frozen=True)
class Server:
    """One server's agent, with threads of its own, so that a slow one holds up no other:
    `calls` make the calls, `rounds` go through the users whom it does not know yet; `room` is for
    those whose callers wait for the answer.
    """

    address: str
    api: CountryApi
    calls: ThreadPoolExecutor
    rounds: ThreadPoolExecutor
    rest: Rest = field(default_factory=Rest)
    room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(WAITING_AT_MOST))

    @property
    def host(self) -> str:
        return self.address.rpartition(":")[0].removeprefix("[").removesuffix("]")


@dataclass(frozen=True)
class Place:
    """An address as the countries file has it; `server` is None when its secret is not known."""

    country: str
    address: str
    server: Server | None


class Servers:
    """`session_of` makes the transport to an address; tests put their own there."""

    def __init__(
        self,
        countries: CountriesFile,
        secrets: Mapping[str, ServerSecret],
        clock: Clock,
        session_of: SessionOf = make_session,
    ) -> None:
        self._countries = countries
        self._secrets = secrets
        self._clock = clock
        self._session_of = session_of
        self._lock = threading.Lock()
        self._servers: dict[str, Server] = {}
        self._made_with: dict[str, ServerSecret] = {}
        self._reported: set[str] = set()

    def places(self) -> list[Place]:
        """In the file's order; raises Unavailable while no good countries file has been seen."""
        return [
            Place(country, address, self._server(address))
            for country, addresses in self._countries.read().items()
            for address in addresses
        ]

    def callable(self) -> list[Server]:
        return [place.server for place in self.places() if place.server is not None]

    def in_file(self) -> set[str]:
        """Those also whose secret we do not know."""
        return {place.address for place in self.places()}

    def addresses(self) -> list[str]:
        return [server.address for server in self.callable()]

    def _server(self, address: str) -> Server | None:
        secret = self._secrets.get(address)
        with self._lock:
            if secret is None or not secret.fingerprint:
                self._report(address, "fingerprint" if secret else "key")
                return None
            if self._made_with.get(address) != secret:
                self._remake(address, secret)
            return self._servers[address]

    def _remake(self, address: str, secret: ServerSecret) -> None:
        """A new secret takes the place of the old one; threads, and what is known, stay."""
        made, known = self._make(address, secret), self._servers.get(address)
        self._servers[address] = replace(known, api=made.api) if known else made
        self._made_with[address] = secret

    def _report(self, address: str, missing: str) -> None:
        if address not in self._reported:
            self._reported.add(address)
            log.error("server %s has no %s in SERVERS_SECRETS and is not called", address, missing)

    def _make(self, address: str, secret: ServerSecret) -> Server:
        client = ServiceClient(
            f"https://{address}",
            caller=Service.MAIN_API,
            callee=Service.COUNTRY_API,
            key=secret.key,
            clock=self._clock,
            session=self._session_of(secret.fingerprint),
            read_seconds=READ_SECONDS,
        )
        return Server(
            address,
            CountryApi(client),
            calls=ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix=f"call-{address}"),
            rounds=ThreadPoolExecutor(1, thread_name_prefix=f"round-{address}"),
        )

    def close(self) -> None:
        """Waits for the calls under way."""
        for server in self._servers.values():
            server.rounds.shutdown(wait=True, cancel_futures=True)
            server.calls.shutdown(wait=True, cancel_futures=True)
