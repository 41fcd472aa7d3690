"""A table of our own in nftables: it shuts the agent's port to strangers, and nothing else.

No rule of the operator's is touched, and ssh is in none of ours: nobody can be locked out by it.
"""

from ipaddress import ip_address

from scripts.server import env_file
from scripts.server.commands import ask, run
from scripts.server.layout import CORE_PORT, FIREWALL, Layout
from scripts.server.report import Failed, Problem, Report

TABLE = ("inet", "keyland")


def addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Raises ValueError."""
    return tuple(sorted({str(ip_address(text)) for text in texts}))


def rules(agent_port: int, main: tuple[str, ...]) -> str:
    """The file that nft reads: the table is made anew in one step. Without `main` all may call
    the agent, which answers only what is signed.
    """
    admitted = [
        f"        tcp dport {agent_port} {'ip6' if ':' in it else 'ip'} saddr {it} accept"
        for it in main
    ]
    shut = [f"        tcp dport {agent_port} drop"] if main else []
    body = ["        iifname lo accept", f"        tcp dport {CORE_PORT} accept", *admitted, *shut]
    return "\n".join(
        [
            "# made by scripts/install-server; the port of customers, and that of the agent",
            "table inet keyland {}",
            "delete table inet keyland",
            "table inet keyland {",
            "    chain input {",
            "        type filter hook input priority -10; policy accept;",
            *body,
            "    }",
            "}",
            "",
        ]
    )


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


def put(layout: Layout, port: int, main: tuple[str, ...], report: Report) -> None:
    """Raises Failed."""
    if name := manager():
        report.say(f"firewall: {name} looks after it here. Run, unless you did:")
        for command in advice(name, port, main):
            report.say(f"    {command}")
        return
    text = rules(port, main)
    if layout.rules.exists() and layout.rules.read_text() == text and not wrong(layout):
        report.say("firewall: as it was")
        return
    fresh = layout.rules.with_name("firewall.next")
    env_file.write(fresh, text, mode=0o644)
    if ask("nft", "-c", "-f", str(fresh)).code:
        raise Failed("nftables cannot be used here: is the kernel's nf_tables module there?")
    run("systemctl", "add-wants", "sysinit.target", f"{FIREWALL}.service")
    run("nft", "-f", str(fresh))
    fresh.replace(layout.rules)  # now that they are in force: the next run goes by this file
    run("systemctl", "restart", FIREWALL)
    who = ", ".join(main) or "all (it answers only what is signed; --main-address limits it)"
    report.say(f"firewall: {CORE_PORT} is open to all, {port} to {who}")


def wrong(layout: Layout) -> list[Problem]:
    """Of what is in force now."""
    if manager() or not layout.rules.exists():
        return []
    problems = []
    if ask("nft", "list", "table", *TABLE).code:
        again = f"systemctl restart {FIREWALL}"
        problems.append(Problem("our rules of the firewall are not in force", again))
    return problems + _others()


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
    if not layout.rules.exists():
        return ()
    lines = [line.split() for line in layout.rules.read_text().splitlines() if "saddr" in line]
    return tuple(words[words.index("saddr") + 1] for words in lines)
