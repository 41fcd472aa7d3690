"""`doctor`: looks at everything, says what is wrong in plain words, and changes nothing."""

import json
from collections.abc import Callable

from common.clock import system_clock
from common.core_release import VERSION
from scripts.server import (
    addresses,
    env_file,
    firewall,
    health,
    keys,
    links,
    outbound,
    planning,
    unfinished,
    xray,
)
from scripts.server import target as targets
from scripts.server.commands import ask
from scripts.server.layout import AGENT, CORE, Layout, Wishes
from scripts.server.report import Problem, Report


def doctor(layout: Layout, wishes: Wishes, report: Report) -> int:
    """0 when all is well."""
    if links.leads_to(layout.current) is None:
        report.say("WRONG  no server is installed here\n       scripts/install-server")
        return 1
    well = True
    for name, look in checks(layout, wishes).items():
        problems = look()
        report.say(f"{'ok   ' if not problems else '---  '}  {name}")
        well &= report.tell(problems)
    users = health.users_in_core(layout)
    report.say(f"users in the core: {'it does not say' if users is None else users}")
    report.say("all is well" if well else "something is wrong; see above")
    return 0 if well else 1


def checks(layout: Layout, wishes: Wishes) -> dict[str, Callable[[], list[Problem]]]:
    return {
        "machine": lambda: planning.of_machine(layout),
        "earlier runs": lambda: unfinished.wrong(layout),
        "services": lambda: health.units((AGENT, CORE)),
        "next boot": lambda: health.starts(("keyland.target", AGENT, CORE)),
        "agent": lambda: health.agent(layout),
        "core": lambda: health.core(layout),
        "core's configuration": lambda: configuration(layout),
        "port 443 as a stranger sees it": lambda: health.handshake(layout),
        "target of REALITY": lambda: target(layout),
        "clock": lambda: clock(layout),
        "IPv6": lambda: ipv6(layout, wishes),
        "cutting of connections": lambda: cutting(layout),
        "REALITY's keys": lambda: keys.wrong(layout),
        "certificate": lambda: certificate(layout),
        "versions": lambda: versions(layout),
        "firewall": lambda: firewall.wrong(layout),
    }


def configuration(layout: Layout) -> list[Problem]:
    if xray.config_is_good(layout.program, layout.core_config):
        return []
    return [
        Problem(
            f"Xray does not accept {layout.core_config}",
            f"{layout.program} run -test -c {layout.core_config}; the agent writes it anew when"
            " it is restarted",
        )
    ]


def _target(layout: Layout) -> targets.Target:
    """Raises ValueError."""
    return targets.parsed(env_file.values(layout.agent_env).get("REALITY_TARGET", ""))


def target(layout: Layout) -> list[Problem]:
    try:
        found = _target(layout)
    except ValueError as wrong:
        return [Problem(f"REALITY_TARGET of agent.env: {wrong}", targets.CHOOSE)]
    return targets.resolves(found) or targets.shakes_hands(found)


def clock(layout: Layout) -> list[Problem]:
    try:
        return targets.clock(_target(layout), system_clock)
    except ValueError:
        return []  # told by `target`


def ipv6(layout: Layout, wishes: Wishes) -> list[Problem]:
    """The core's way out beside what the machine can do now."""
    known = env_file.values(layout.agent_env)
    probes = (known.get("REALITY_TARGET", ""), *addresses.PROBES)
    works = addresses.ipv6_works((wishes.ipv6_probe,) if wishes.ipv6_probe else probes)
    return outbound.wrong(layout, known.get(outbound.NAME, ""), works=works)


def cutting(layout: Layout) -> list[Problem]:
    """Asked of the release, by its own program."""
    release = layout.current
    python = str(release / ".venv/bin/python")
    process = ask("systemctl", "show", "-p", "MainPID", "--value", "keyland-agent").out.strip()
    said = ask(python, "-B", "-m", "country_api.cutting", process, folder=release)
    if said.code == 0:
        return []
    return [
        Problem(
            f"connections cannot be cut: {said.words[-300:]}",
            "who is removed stays connected until he reconnects (docs/operations/servers.md)",
            stops=False,
        )
    ]


def certificate(layout: Layout) -> list[Problem]:
    try:
        shown = keys.fingerprint_of(layout, layout.current)
    except Exception as trouble:  # noqa: BLE001 -- a doctor goes on to the next
        return [Problem(f"the agent's certificate: {trouble}", "scripts/install-server")]
    del shown
    callers = layout.credentials / "caller_keys"
    try:
        known = json.loads(callers.read_text())["main_api"]
    except (OSError, ValueError, KeyError):
        known = []
    if known:
        return []
    return [Problem(f"{callers} names no key of main_api", "scripts/install-server")]


def versions(layout: Layout) -> list[Problem]:
    said = ask(str(layout.program), "version").out
    found = xray.SAYS.match(said)
    running = found[1] if found else "something else"
    if running == VERSION:
        return []
    return [Problem(f"Xray is {running}, pinned is {VERSION}", "scripts/install-server update")]
