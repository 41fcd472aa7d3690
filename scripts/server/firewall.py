"""A table of our own in nftables: it shuts the agent's port to strangers, and this machine's own
ports to the core, and nothing else.

No rule of the operator's is touched, and ssh is in none of ours: nobody can be locked out by it.
"""

import pwd

from scripts.server import env_file, target
from scripts.server import firewall_rules as texts
from scripts.server.addresses import here
from scripts.server.commands import ask, run
from scripts.server.firewall_rules import Wanted
from scripts.server.layout import AGENT_PORT, CORE, CORE_PORT, FIREWALL, Layout
from scripts.server.report import Failed, Problem, Report

BOOT = "sysinit.target"


def manager() -> str:
    """Which program looks after the machine's rules, if one does."""
    if ask("ufw", "status").out.startswith("Status: active"):
        return "ufw"
    if ask("firewall-cmd", "--state").out.strip() == "running":
        return "firewalld"
    return ""


def advice(name: str, port: int, main: tuple[str, ...]) -> list[str]:
    """What its operator is to run there."""
    if name == "ufw":
        sources = [f"ufw allow from {it} to any port {port} proto tcp" for it in main]
        return [f"ufw allow {CORE_PORT}/tcp", *(sources or [f"ufw allow {port}/tcp"])]
    family = {it: "ipv6" if ":" in it else "ipv4" for it in main}
    rich = [
        f"firewall-cmd --permanent --add-rich-rule='rule family={family[it]} source address={it}"
        f" port port={port} protocol=tcp accept'"
        for it in main
    ]
    return [
        f"firewall-cmd --permanent --add-port={CORE_PORT}/tcp",
        *(rich or [f"firewall-cmd --permanent --add-port={port}/tcp"]),
        "firewall-cmd --reload",
    ]


def wanted(layout: Layout, main: tuple[str, ...], name: str) -> Wanted:
    """What is to be in force by the settings; `name` is that of a `manager`."""
    known = env_file.values(layout.agent_env)
    port = int(known.get("BIND", f":{AGENT_PORT}").rpartition(":")[2])
    return Wanted(
        agent_port=port,
        main=main,
        core=_number(CORE),
        target_here=_port_here(known.get("REALITY_TARGET", "")),
        inbound=not name,
    )


def _number(user: str) -> int | None:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


def _port_here(text: str) -> int:
    try:
        found = target.parsed(text)
    except ValueError:
        return 0
    return found.port if here(found.host) else 0


def put(layout: Layout, main: tuple[str, ...], report: Report) -> None:
    """By the settings that stand in agent.env. Raises Failed."""
    name = manager()
    wish = wanted(layout, main, name)
    if name:
        report.say(f"firewall: {name} looks after the ports here. Run, unless you did:")
        for command in advice(name, wish.agent_port, main):
            report.say(f"    {command}")
    text = texts.rules(wish)
    same = layout.rules.exists() and layout.rules.read_text() == text
    if same and _at_boot(layout) and not _known_wrong(text):
        report.say("firewall: as it was")
        return
    _load(layout, text)
    who = ", ".join(main) or "all (it answers only what is signed; --main-address limits it)"
    if not name:
        report.say(f"firewall: {CORE_PORT} is open to all, {wish.agent_port} to {who}")
    report.say("firewall: the core reaches nothing on this machine but the name server")


def _load(layout: Layout, text: str) -> None:
    fresh = layout.rules.with_name("firewall.next")
    env_file.write(fresh, text, mode=0o644)
    if ask("nft", "-c", "-f", str(fresh)).code:
        raise Failed("nftables cannot be used here: is the kernel's nf_tables module there?")
    run("systemctl", "add-wants", BOOT, f"{FIREWALL}.service")
    run("nft", "-f", str(fresh))
    fresh.replace(layout.rules)  # now that they are in force: the next run goes by this file
    run("systemctl", "restart", FIREWALL)


def _at_boot(layout: Layout) -> bool:
    return (layout.units / f"{BOOT}.wants" / f"{FIREWALL}.service").is_symlink()


def wrong(layout: Layout) -> list[Problem]:
    """Of what is in force now, beside what the installer would put there."""
    if not layout.rules.exists():
        return [Problem("the firewall's rules were never written", "scripts/install-server")]
    text = texts.rules(wanted(layout, main_addresses(layout), name := manager()))
    same = layout.rules.read_text() == text
    todo = f"systemctl restart {FIREWALL}" if same else "scripts/install-server"
    problems = [
        Problem(f"the firewall: {words}", todo, stops=stops) for words, stops in _in_force(text)
    ]
    if not same and not any(it.stops for it in problems):
        told = f"the firewall's rules in {layout.rules} do not fit the settings"
        problems.append(Problem(told, "scripts/install-server writes them anew"))
    if not _at_boot(layout):
        gone = "the next boot does not load the firewall's rules"
        problems.append(Problem(gone, "scripts/install-server"))
    return problems + ([] if name else _others())


def _in_force(text: str) -> list[tuple[str, bool]]:
    """What differs, and whether that is known to be wrong."""
    there = texts.loaded()
    if there is None:
        return [("our rules of the firewall are not in force", True)]
    told = texts.as_nft_tells(text)
    if told is None:
        return [("whether all its rules are in force cannot be told on this machine", False)]
    return [(words, True) for words in texts.differences(told, there)]


def _known_wrong(text: str) -> bool:
    return any(known for _, known in _in_force(text))


def _others() -> list[Problem]:
    """A drop in another table holds, whatever ours lets in."""
    chains = ask("nft", "list", "chains").out
    table = ""
    for line in chains.splitlines():
        if line.startswith("table"):
            table = line.removesuffix("{").strip()
        elif "hook input" in line and "policy drop" in line and table != "table inet keyland":
            return [
                Problem(
                    f"the machine's own rules ({table}) refuse what they do not name",
                    f"let port {CORE_PORT} and the agent's in there, too, if they are not yet",
                    stops=False,
                )
            ]
    return []


def main_addresses(layout: Layout) -> tuple[str, ...]:
    """Those that were given when the rules were made."""
    return texts.main_in(layout.rules.read_text()) if layout.rules.exists() else ()
