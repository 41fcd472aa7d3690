"""All checks, made before anything is changed, and what follows from them."""

import os
import platform
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from common.clock import system_clock
from scripts.server import (
    addresses,
    env_file,
    firewall,
    firewall_rules,
    machine,
    outbound,
    ports,
    release,
    target,
    xray,
)
from scripts.server.layout import AGENT_PORT, CORE_PORT, Layout, Wishes
from scripts.server.report import Failed, Problem, Report

TOOLS = ("ss", "systemctl", "apt-get")


@dataclass(frozen=True)
class Plan:
    """What a server is to be; `server_name` and `chosen_outbound` are the operator's own choice."""

    address: str
    port: int
    target: target.Target
    main_addresses: tuple[str, ...]
    ipv6: bool
    server_name: str = ""
    chosen_outbound: str = ""

    def settings(self) -> dict[str, str]:
        """As agent.env has them."""
        everywhere = "[::]" if ":" in self.address else "0.0.0.0"  # noqa: S104 -- the shop calls from elsewhere
        found = {
            "PUBLIC_HOST": self.address,
            "BIND": f"{everywhere}:{self.port}",
            "REALITY_TARGET": str(self.target),
            "REALITY_SERVER_NAME": self.server_name or self.target.host,
            "OUTBOUND_STRATEGY": outbound.strategy(works=self.ipv6, chosen=self.chosen_outbound),
        }
        return found | ({"INBOUND_LISTEN": "::"} if ":" in self.address else {})


def of_machine(layout: Layout) -> list[Problem]:
    """What holds for a machine whatever is installed on it."""
    python = (sys.version_info.major, sys.version_info.minor)
    return [
        *machine.system(Path("/etc/os-release"), python),
        *machine.processor(platform.machine(), Path("/proc/cpuinfo"), os.cpu_count() or 1),
        *machine.memory(Path("/proc/meminfo")),
        *machine.disk(layout.releases.parent),
        *machine.programs(TOOLS),
    ]


def made(layout: Layout, wishes: Wishes, report: Report) -> Plan:
    """Raises Failed after telling all that is wrong."""
    known = env_file.values(layout.agent_env)
    port = wishes.port or int(known.get("BIND", f":{AGENT_PORT}").rpartition(":")[2])
    address = wishes.address or known.get("PUBLIC_HOST") or addresses.own()
    given = bool(wishes.address or known.get("PUBLIC_HOST"))
    problems = [*of_machine(layout), *xray.foreign(layout), *release.foreign(layout)]
    if not any(it.what.startswith("the program ss") for it in problems):
        problems += [*ports.free(CORE_PORT), *ports.free(port)]
    problems += addresses.usable(address, given=given)
    problems += [*_port_wish(port), *_firewall_wish(wishes, address)]
    found, trouble = target.chosen(_candidates(wishes, known))
    problems += trouble
    if found:
        problems += target.clock(found, system_clock)
    if not report.tell(problems) or found is None:
        raise Failed("nothing was changed; put these right, and run it again")
    ipv6 = addresses.ipv6_works(_probes(wishes, found))
    report.say(f"checks: all right; this server is {address}, and shows itself as {found}")
    chosen = outbound.chosen(layout, wishes.outbound)
    _tell_way(layout, outbound.strategy(works=ipv6, chosen=chosen), report, works=ipv6)
    main = firewall_rules.addresses(wishes.main_addresses) or firewall.main_addresses(layout)
    return Plan(address, port, found, main, ipv6, server_name(known, found), chosen)


def _tell_way(layout: Layout, way: str, report: Report, *, works: bool) -> None:
    found = outbound.in_force(layout, way) or way
    report.say(f"IPv6: {'works' if works else 'does not work here'}; the core leaves with {found}")
    for misfit in outbound.wrong(layout, way, works=works):
        report.tell([replace(misfit, stops=False)])


def _candidates(wishes: Wishes, known: dict[str, str]) -> list[str]:
    """Servers are not to be known by all showing themselves as the same site."""
    if named := wishes.target or known.get("REALITY_TARGET"):
        return [named]
    return random.SystemRandom().sample(target.USUAL, len(target.USUAL))


def _probes(wishes: Wishes, found: target.Target) -> tuple[str, ...]:
    return (wishes.ipv6_probe,) if wishes.ipv6_probe else (str(found), *addresses.PROBES)


def server_name(known: dict[str, str], found: target.Target) -> str:
    """Links hold it: what stands there stays as long as the target does. Empty: the target's."""
    return known.get("REALITY_SERVER_NAME", "") if _same(known, found) else ""


def _same(known: dict[str, str], found: target.Target) -> bool:
    try:
        return target.parsed(known.get("REALITY_TARGET", "")) == found
    except ValueError:
        return False


def _port_wish(port: int) -> list[Problem]:
    if 0 < port < 65536 and port != CORE_PORT:  # noqa: PLR2004 -- TCP ports
        return []
    return [Problem(f"the agent cannot have port {port}", f"give another: --port {AGENT_PORT}")]


def _firewall_wish(wishes: Wishes, address: str) -> list[Problem]:
    try:
        given = firewall_rules.addresses(wishes.main_addresses)
    except ValueError as wrong:
        return [Problem(f"--main-address: {wrong}", "give the IP address of the shop's host")]
    if given and not any((":" in it) == (":" in address) for it in given):
        told = f"the shop calls {address}, and cannot do so from {', '.join(given)}"
        return [Problem(told, "give its address of the same kind (IPv4 or IPv6): --main-address")]
    return []
