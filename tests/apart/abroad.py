"""The sandbox's programs with each server on a host of its own, behind REALITY."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sandbox.core import Core
from sandbox.layout import COUNTRIES, Layout
from sandbox.programs import Program, programs
from tests.country_api.reality import reality_environ
from tests.support.netns import Host

Hosts = Mapping[str, Host]
ELSEWHERE = ("CLOCK_OFFSET_FILE", "ALLOW_PRIVATE")  # both are for loopback alone


def addresses(hosts: Hosts) -> dict[str, str]:
    return {f"agent_{country}": hosts[country].ipv4 for country in COUNTRIES}


def apart(hosts: Hosts) -> Callable[[Layout, Core], list[Program]]:
    def made(layout: Layout, core: Core) -> list[Program]:
        return [_placed(program, hosts) for program in programs(layout, core)]

    return made


def _placed(program: Program, hosts: Hosts) -> Program:
    environment = {k: v for k, v in program.environment.items() if k not in ELSEWHERE}
    what, _, country = program.name.partition("_")
    if country not in COUNTRIES:
        return replace(program, environment=environment)
    host = hosts[country]
    if what == "agent":
        environment |= _server(host)
    return replace(program, argv=host.command(*program.argv), environment=environment)


def _server(host: Host) -> dict[str, str]:
    return {
        "INBOUND_LISTEN": "0.0.0.0",
        "PUBLIC_HOST": host.ipv4,
        "OUTBOUND_STRATEGY": "ForceIPv4",
        **reality_environ(f"{host.ipv4}:4443"),  # nobody shakes hands here
    }
