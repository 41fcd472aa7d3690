"""A planned change of what links hold, on a real agent and a real Xray with customers of both."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from typing_extensions import override

from common.clock import make_clock
from country_api.rotation.files import Files, Keys
from country_api.rotation.key import change_key
from country_api.rotation.short_ids import OVERLAP, Refused, ShortIds
from country_api.rotation.switching import RotationFailed, Switching
from main_api.links.vless import vless_link
from sandbox.core import Core
from sandbox.vpn_client import VpnClient, connected
from tests.country_api.agent_process import AgentProcess
from tests.country_api.conftest import PAGE, Site, core_id
from tests.country_api.reality import PUBLIC_KEY, SHORT_ID, borrowed_site, reality_agent
from tests.support.clock import FakeClock
from tests.support.core import FoundCore, wait_until

KEPT = "# made by the installer\nPUBLIC_HOST=127.0.0.1\n"
LINE = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)


class Server:
    """Its processes are restarted as systemd would: the agent with what its files say by then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.borrowed = borrowed_site(folder)
        self.site = Site()
        self.disk = reality_agent(self.site, self.borrowed)
        self.disk.clock.now = make_clock(None)()
        self.xray = self.disk.core.core.binary
        self.refusing = folder / "refusing"
        self.disk.core.core = FoundCore(self.disk.core.core.kind, self._moody_core())
        self.disk.environ["CORE_BINARY"] = str(self.disk.core.core.binary)
        self.files = self._files(self.disk.environ)
        self.agent = AgentProcess(self.disk)
        self.restarts_of_core = 0
        self.sick_restarts = 0
        self.clock = FakeClock()
        self.switching = Switching(self.files, self, patience_seconds=3)
        self.short_ids = ShortIds(self.files, self.switching, self.clock)

    def _moody_core(self) -> Path:
        """The core, but that it finds fault with every new file while a certain file is there."""
        script = self.folder / "core"
        script.write_text(
            f'#!/bin/sh\n[ "$2" = -test ] && [ -e {self.refusing} ] && exit 23\n'
            f'exec {self.xray} "$@"\n'
        )
        script.chmod(0o755)
        return script

    def _files(self, environ: dict[str, str]) -> Files:
        env, key = self.folder / "agent.env", self.folder / "key"
        ids, public = environ.pop("REALITY_SHORT_IDS"), environ.pop("REALITY_PUBLIC_KEY")
        env.write_text(f"{KEPT}REALITY_SHORT_IDS={ids}\nREALITY_PUBLIC_KEY={public}\n")
        key.write_text(environ.pop("REALITY_PRIVATE_KEY"))
        environ["REALITY_PRIVATE_KEY_FILE"] = str(key)
        return Files(env, key, self.folder / "rotation.json", self.disk.core.config)

    def start(self) -> None:
        self.restart_agent()
        self.disk.core.start()
        self.agent.api.put_user(self.disk.user(1))
        wait_until(self.disk.file_users, "in the file", seconds=20)

    def restart_agent(self) -> None:
        self.agent.kill()
        self.agent.environ |= dict(LINE.findall(self.files.env.read_text()))
        self.agent.start()

    def restart_core(self) -> None:
        self.restarts_of_core += 1
        self.disk.core.kill()
        self.disk.core.start()

    def core_is_well(self, port: int) -> bool:
        self.sick_restarts -= 1
        return self.sick_restarts < 0 and port == self.disk.port

    def link(self) -> str:
        return vless_link(core_id(1), self.agent.api.describe(), "x")

    def fetches(self, link: str) -> bool:
        with connected(Core(self.xray, "xray", ""), link, self.folder) as client:
            return _gets(client, self.site)

    def serves(self, link: str) -> bool:
        """Also while a core that has just started takes its first look at the borrowed site."""
        wait_until(lambda: self.fetches(link), "it works", seconds=30)
        return True

    def close(self) -> None:
        with ExitStack() as closing:
            for it in (self.site, self.borrowed, self.disk):
                closing.callback(it.close)
            self.agent.kill()


def _gets(client: VpnClient, site: Site) -> bool:
    try:
        return client.fetch("http://{}:{}/".format(*site.address)) == PAGE
    except requests.RequestException:
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    try:
        server.start()
        assert server.serves(server.link())
        yield server
    finally:
        server.close()


def test_old_and_new_links_live_together_until_the_rotation_is_finished(server: Server) -> None:
    old = server.link()

    server.short_ids.begin()

    new = server.link()
    assert f"sid={SHORT_ID}" in old
    assert f"sid={SHORT_ID}" not in new
    assert server.serves(old)
    assert server.serves(new)
    assert server.restarts_of_core == 1
    with pytest.raises(Refused, match="--force"):
        server.short_ids.finish()
    server.clock.now += OVERLAP

    server.short_ids.finish()

    assert server.link() == new
    assert server.serves(new)
    assert not server.fetches(old)
    assert "no rotation is under way" in server.short_ids.status()
    assert server.files.env.read_text().startswith(KEPT)


def test_a_second_rotation_waits_for_the_end_of_the_first(server: Server) -> None:
    server.short_ids.begin()
    before = server.files.keys()
    server.clock.now += timedelta(days=3)

    with pytest.raises(Refused, match="under way"):
        server.short_ids.begin()

    assert server.files.keys() == before


@pytest.mark.parametrize(
    ("trouble", "restarts"), [("the file is refused", 0), ("the core is sick", 2)]
)
def test_a_rotation_that_does_not_work_leaves_the_old_link_alive_and_alone(
    server: Server, trouble: str, restarts: int
) -> None:
    old, before = server.link(), server.files.keys()
    if trouble == "the core is sick":
        server.sick_restarts = 1
    else:
        server.refusing.touch()

    with pytest.raises(RotationFailed, match="everything is as before"):
        server.short_ids.begin()

    assert server.restarts_of_core == restarts
    assert server.files.keys() == before
    assert server.link() == old
    assert server.serves(old)
    assert "no rotation is under way" in server.short_ids.status()
    server.refusing.unlink(missing_ok=True)
    server.short_ids.begin()
    assert server.serves(server.link())


def test_one_that_was_broken_off_goes_on_with_the_same_id(server: Server) -> None:
    server.refusing.touch()
    broken = ShortIds(server.files, BrokenOff(server.files, server), server.clock)
    with pytest.raises(KeyboardInterrupt):
        broken.begin()
    under = server.short_ids.under_way()
    assert under
    assert "broken off" in server.short_ids.status()
    server.refusing.unlink()

    server.short_ids.begin()

    assert server.files.keys().short_ids == (under.new, SHORT_ID)
    assert server.serves(server.link())


class BrokenOff(Switching):
    """Ctrl-C after the settings have been written."""

    @override
    def bring(self, keys: Keys) -> None:
        self._files.put(keys)
        raise KeyboardInterrupt


def test_new_keys_end_all_old_links_and_the_new_ones_work(server: Server) -> None:
    old = server.link()

    change_key(server.files, server.switching, server.xray)

    assert server.files.keys().public != PUBLIC_KEY
    assert server.serves(server.link())
    assert not server.fetches(old)
