"""A server with REALITY, its customers with real VPN programs, and a web site: each on a host of
its own.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from main_api.links.vless import vless_link
from sandbox.vpn_client import client_config, parse_link
from tests.country_api.conftest import Agent, Site, core_id
from tests.country_api.reality import borrowed_site, reality_agent
from tests.support.netns import Host, network
from tests.support.streams import Download, Spring, spring
from tests.support.waiting import wait_until

PORT = 443
PROXY = 3128  # of the first program on a host; each further one has the next


@dataclass
class Hosts:
    """The agent and its core are on `server`; the rest of the test is where it was."""

    server: Host
    customers: Mapping[str, Host]
    agent: Agent
    site: Spring
    folder: Path
    _programs: dict[str, int] = field(default_factory=dict)
    _downloads: list[Download] = field(default_factory=list)

    def connect(self, name: str, number: int, to: str = "") -> int:
        """Start a VPN program of the user on that customer's host; its proxy's port there."""
        port = PROXY + self._programs.get(name, 0)
        self._programs[name] = port - PROXY + 1
        description = self.agent.api.describe()
        server = description.model_copy(update={"host": to or self.server.ipv4})
        config = self.folder / f"{name}-{port}.json"
        link = vless_link(core_id(number), server, "server")
        config.write_text(json.dumps(client_config(parse_link(link), port)))
        with config.with_suffix(".log").open("wb") as log:
            binary = str(self.agent.core.core.binary)
            self.customers[name].start(binary, "run", "-c", str(config), stdout=log, stderr=log)
        return port

    def download(self, name: str, port: int) -> Download:
        """One that runs; waits until the program can."""
        found: list[Download] = []
        wait_until(lambda: self._runs(name, port, found), 30)
        return found[0]

    def _runs(self, name: str, port: int, found: list[Download]) -> bool:
        download = self.try_to_download(name, port)
        if download:
            found.append(download)
        return download is not None

    def try_to_download(self, name: str, port: int) -> Download | None:
        """None when nothing comes."""
        try:
            with self.customers[name].inside():
                download = Download(port, self.site.address)
        except OSError:
            return None
        wait_until(lambda: bool(download.pieces) or download.ended is not None, 30)
        if download.pieces:
            self._downloads.append(download)
            return download
        download.close()
        return None

    def close(self) -> None:
        for download in self._downloads:
            download.close()


@contextmanager
def separate_hosts(folder: Path, *customers: str) -> Iterator[Hosts]:
    """Skips the test where there is no Xray."""
    with network("server", "web", *customers) as hosts, ExitStack() as closing:
        server, web = hosts["server"], hosts["web"]
        with web.inside():
            site = closing.enter_context(spring(web.ipv4))
        with server.inside():
            borrowed = borrowed_site(folder)
            closing.callback(borrowed.close)
            unused = Site()
            closing.callback(unused.close)
            agent = reality_agent(unused, borrowed)
            closing.callback(agent.close)
            agent.environ |= {
                "ALLOW_PRIVATE": "",
                "INBOUND_LISTEN": "::",
                "INBOUND_PORT": str(PORT),
                "PUBLIC_HOST": server.ipv4,
                "PUBLIC_PORT": str(PORT),
            }
            agent.start_with_core()
        there = {name: hosts[name] for name in customers}
        found = Hosts(server, there, agent, site, folder)
        closing.callback(found.close)
        yield found
