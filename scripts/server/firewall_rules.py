"""The text of our table in nftables, and how what is in force compares with it."""

import tempfile
from dataclasses import dataclass
from ipaddress import ip_address

from scripts.server.commands import ask
from scripts.server.layout import CORE_PORT

TABLE = ("inet", "keyland")
SHOP = "# the shop:"


@dataclass(frozen=True)
class Wanted:
    """`core` is the number of the core's user. `target_here` is the port of a site on this machine
    whose handshake is borrowed; 0 when it is elsewhere, as usual. `inbound` is no matter of ours
    where another program looks after the machine's ports.
    """

    agent_port: int
    main: tuple[str, ...] = ()
    core: int | None = None
    target_here: int = 0
    inbound: bool = True


def addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Raises ValueError."""
    return tuple(sorted({str(ip_address(text)) for text in texts}))


def rules(wanted: Wanted) -> str:
    """The file that nft reads: the table is made anew in one step."""
    chains = _input(wanted) if wanted.inbound else []
    if wanted.core is not None:
        chains += _output(wanted.core, wanted.target_here)
    return "\n".join(
        [
            "# made by scripts/install-server; what it is for: docs/operations/servers.md",
            f"{SHOP} {' '.join(wanted.main)}",
            "table inet keyland {}",
            "delete table inet keyland",
            "table inet keyland {",
            *chains,
            "}",
            "",
        ]
    )


def _input(wanted: Wanted) -> list[str]:
    """Without addresses of the shop all may call the agent, which answers only what is signed."""
    port = wanted.agent_port
    admitted = [
        f"        tcp dport {port} {'ip6' if ':' in it else 'ip'} saddr {it} accept"
        for it in wanted.main
    ]
    shut = [f"        tcp dport {port} drop"] if wanted.main else []
    return [
        "    chain input {",
        "        type filter hook input priority -10; policy accept;",
        "        iifname lo accept",
        f"        tcp dport {CORE_PORT} accept",
        *admitted,
        *shut,
        "    }",
    ]


def _output(core: int, target_here: int) -> list[str]:
    """On this machine the core reaches the name server, and answers who asks at its own port.

    No state of connections is asked for: the kernel would begin to keep a table of all customers'
    connections, which is full on a small machine long before its memory is.
    """
    site = [f"        tcp dport {target_here} accept"] if target_here else []
    return [
        "    chain output {",
        "        type filter hook output priority -10; policy accept;",
        f"        oifname lo meta skuid {core} jump core",
        "    }",
        "    chain core {",
        f"        tcp sport {CORE_PORT} accept",
        "        meta l4proto { tcp, udp } th dport 53 accept",
        *site,
        "        drop",
        "    }",
    ]


def main_in(text: str) -> tuple[str, ...]:
    """The shop's addresses in a file of rules, older ones included."""
    lines = text.splitlines()
    for line in lines:
        if line.startswith(SHOP):
            return tuple(line.removeprefix(SHOP).split())
    words = [line.split() for line in lines if "saddr" in line]
    return tuple(it[it.index("saddr") + 1] for it in words)


def loaded() -> str | None:
    """Our table as nft tells it; None when there is none."""
    said = ask("nft", "-s", "list", "table", *TABLE)
    return None if said.code else said.out


def as_nft_tells(text: str) -> str | None:
    """How it would tell these rules, by a network of their own in which they are in force for a
    moment; None when this machine allows none.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".nft") as file:
        file.write(text)
        file.flush()
        told = 'nft -f "$0" && nft -s list table inet keyland'
        said = ask("unshare", "--net", "sh", "-c", told, file.name)
    return None if said.code else said.out


def differences(wanted: str, there: str) -> list[str]:
    """In words; both as nft tells them."""
    want, have = _lines(wanted), _lines(there)
    found = [f"not in force: {line}" for line in want if line not in have]
    found += [f"in force, but not ours: {line}" for line in have if line not in want]
    if not found and want != have:
        found = ["they are in another order, or more than once"]
    return found


def _lines(told: str) -> list[str]:
    """Each with its chain before it, since the same rule means another thing elsewhere."""
    chain, found = "", []
    for line in map(str.strip, told.splitlines()):
        if line.startswith("chain "):
            chain = line.removesuffix("{").strip()
        if line not in ("", "}"):
            found.append(f"{chain}: {line}" if line != f"{chain} {{" else chain)
    return found
