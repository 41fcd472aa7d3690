"""By which kind of addresses the core leaves this machine: found out once, then the operator's."""

import json
import re

from scripts.server import env_file
from scripts.server.layout import Layout
from scripts.server.report import Problem

NAME = "OUTBOUND_STRATEGY"
WITH_IPV6, WITHOUT_IPV6 = "ForceIPv6v4", "ForceIPv4"
AUTO = "auto"
"""The agent decides it by itself, at its first start."""
ANEW = "anew"
WISHES = (ANEW, AUTO, WITH_IPV6, WITHOUT_IPV6, "ForceIPv4v6", "UseIPv4", "AsIs")
NEED_IPV6 = re.compile(r"^(Use|Force)IP(v6|v6v4)?$")


def chosen(layout: Layout, wish: str) -> str:
    """What is to stand in the settings whatever this machine can do now; empty when that decides.

    An hour without IPv6 in which the installer is run again is not to change what was found out.
    """
    if wish:
        return "" if wish == ANEW else wish
    known = env_file.values(layout.agent_env).get(NAME, "")
    return known or (AUTO if decided(layout) else "")


def strategy(*, works: bool, chosen: str = "") -> str:
    return chosen or (WITH_IPV6 if works else WITHOUT_IPV6)


def in_force(layout: Layout, setting: str) -> str:
    """Empty if the agent is to decide, and has not yet."""
    return decided(layout) if (setting or AUTO) == AUTO else setting


def decided(layout: Layout) -> str:
    """What the agent found out by itself; empty if it has not yet."""
    try:
        return str(json.loads(layout.outbound.read_text())["strategy"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def wrong(layout: Layout, setting: str, *, works: bool) -> list[Problem]:
    """The core's way out beside what the machine can do now."""
    has = in_force(layout, setting)
    if fits(has, works=works):
        return []
    told = f"IPv6 {'works' if works else 'does not work'}, but the core leaves with {has}"
    todo = (
        "docs/operations/rotation.md says how the agent looks anew"
        if (setting or AUTO) == AUTO
        else f"if it stays so: scripts/install-server --outbound {ANEW}, which restarts both"
    )
    return [Problem(told, todo, stops=not works)]


def fits(strategy: str, *, works: bool) -> bool:
    return strategy != WITHOUT_IPV6 if works else not NEED_IPV6.match(strategy)
