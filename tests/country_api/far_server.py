"""A server on a host of its own, for tests as root: agent and core see only that host's network,
and the names that the test's own name server knows.
"""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.country_api.conftest import Agent, Site, core_id
from tests.support.core import FoundCore
from tests.support.name_server import NameServer
from tests.support.netns import Host, network

ID = core_id(1)
HOSTS_FILE = """\
127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
127.0.1.1 vps7.provider.example vps7
{ipv4} fi1.provider.example fi1
"""


@dataclass(frozen=True)
class FarServer:
    """`here` is the server's host, `world` another one with the name server on it."""

    here: Host
    world: Host
    agent: Agent
    names: NameServer


@contextmanager
def far_server(
    core: FoundCore,
    folder: Path,
    environ: dict[str, str],
    changing: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> Iterator[FarServer]:
    """The caller's thread is on the server's host meanwhile. The server has one user, ID."""
    with network("server", "world") as hosts, ExitStack() as closing:
        here, world = hosts["server"], hosts["world"]
        with world.inside():
            names = NameServer(world.ipv4, {}, changing)
        closing.callback(_in, world, names.close)
        closing.enter_context(here.inside())
        site = Site()
        closing.callback(site.close)
        agent = Agent(_seeing_only(core, folder, here, world), site)
        closing.callback(agent.close)
        agent.environ |= {"ALLOW_PRIVATE": "", "PUBLIC_HOST": here.ipv4} | environ
        agent.start_with_core()
        agent.api.put_user(agent.user(1))
        yield FarServer(here, world, agent, names)


def _in(host: Host, act: object) -> None:
    with host.inside():
        assert callable(act)
        act()


def _seeing_only(core: FoundCore, folder: Path, here: Host, world: Host) -> FoundCore:
    """The same core, with files of its own in /etc: names are asked of the world's name server."""
    resolv, hosts, script = folder / "resolv.conf", folder / "hosts", folder / "core"
    resolv.write_text(f"nameserver {world.ipv4}\noptions attempts:1 timeout:1\n")
    hosts.write_text(HOSTS_FILE.format(ipv4=here.ipv4))
    script.write_text(
        "#!/bin/sh\n"
        f"exec unshare --mount sh -c 'mount --bind {resolv} /etc/resolv.conf &&"
        f' mount --bind {hosts} /etc/hosts && exec {core.binary} "$@"\' core "$@"\n'
    )
    script.chmod(0o755)
    return FoundCore(core.kind, script)


def answers(address: str, port: int) -> bool:
    """Whether somebody listens there, asked without a tunnel."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as wire:
        wire.settimeout(5)
        return wire.connect_ex((address, port)) == 0 and bool(wire.recv(10))
