"""What is proved of the installed server, each by a function whose docstring is printed."""

import json
import re
import socket
import ssl
from functools import partial

from tests.server.machine.image import SITE
from tests.server.machine.server import LINE, Server
from tests.server.machine.shop import Shop
from tests.systemd.boot.container import until

LOG = "var/log/keyland-install.log"


def it_is_installed_in_one_go(server: Server) -> None:
    """one command without a terminal makes the machine a server, and its last word is the line"""
    said = server.run()

    assert said.code == 0, said.text[-3000:]
    assert LINE.fullmatch(said.text.strip().splitlines()[-1]), said.text[-500:]
    assert said.line.startswith(f"{server.wire.there}:8443 ")
    env = (server.root / "etc/keyland/agent.env").read_text()
    assert "OUTBOUND_STRATEGY=ForceIPv6v4" in env, env


def a_second_time_changes_nothing(server: Server) -> None:
    """a second time changes no file and no key, restarts nothing, and says the same line"""
    before, first = server.kept(), server.run().line
    running = server.pid("keyland-agent"), server.pid("keyland-core")

    said = server.run()

    assert said.code == 0, said.text[-3000:]
    assert (server.kept(), said.line) == (before, first)
    assert (server.pid("keyland-agent"), server.pid("keyland-core")) == running


def the_log_holds_every_step_and_no_secret(server: Server) -> None:
    """the log has every step, is for root alone, and holds neither key; no unit shows one either"""
    log = server.root / LOG
    keys = [
        server.run().line.split()[2],
        (server.root / "etc/keyland/credentials/agent/reality_private_key").read_text().strip(),
    ]
    shown = server.machine.systemctl("show", "keyland-agent", "keyland-core")
    text = log.read_text()

    assert log.stat().st_mode & 0o777 == 0o600
    assert all(word in text for word in ("packages:", "Xray:", "project:", "REALITY:", "firewall:"))
    assert not any(key in text or key in shown for key in keys)


def the_doctor_finds_all_well(server: Server) -> None:
    """the doctor finds all well and says so by its exit code"""
    said = server.run("doctor")

    assert said.code == 0, said.text
    assert "all is well" in said.text, said.text


def the_doctor_tells_what_is_wrong(server: Server) -> None:
    """the doctor tells a stopped core, one that no boot starts, a lost firewall, another way out"""
    faults = {
        "systemctl stop keyland-core": "keyland-core is inactive",
        "systemctl disable keyland-core": "keyland-core is disabled: the next boot does not start",
        "systemctl disable keyland.target": "keyland.target is disabled",
        "rm /etc/systemd/system/sysinit.target.wants/keyland-firewall.service": "does not load the",
        "nft delete table inet keyland": "rules of the firewall are not in force",
        "nft insert rule inet keyland input accept": "in force, but not ours: chain input: accept",
        "nft flush chain inet keyland core": "not in force: chain core: drop",
        "sed -i s/ForceIPv6v4/ForceIPv4/ /etc/keyland/agent.env": "leaves with ForceIPv4",
        f"sed -i /{SITE}/d /etc/hosts": "cannot be resolved",
    }
    mends = (
        "systemctl start keyland-core", "systemctl enable keyland-core",
        "systemctl enable keyland.target",
        "systemctl add-wants sysinit.target keyland-firewall.service",
        *(3 * ["systemctl restart keyland-firewall"]),
        "sed -i s/ForceIPv4$/ForceIPv6v4/ /etc/keyland/agent.env", "cp /srv/hosts /etc/hosts",
    )  # fmt: skip
    server.sh("cp /etc/hosts /srv/hosts")
    for (fault, words), mend in zip(faults.items(), mends, strict=True):
        server.sh(fault)
        said = server.run("doctor")
        server.sh(mend)
        assert words in said.text, f"{fault}: {said.text}"
        assert said.code == (0 if "ForceIPv4" in words else 1), f"{fault}: {said.text}"
    until(lambda: server.run("doctor").code == 0, "the doctor is content again")


def an_hour_without_ipv6_changes_nothing(server: Server) -> None:
    """run again while IPv6 is away it leaves the way out as it was, says so, and obeys a wish"""
    away = "127.0.0.1:1"

    again = server.run(ipv6_probe=away)
    assert again.code == 0, again.text
    assert "IPv6 does not work, but the core leaves with ForceIPv6v4" in again.text, again.text
    assert way_out(server) == "ForceIPv6v4"

    assert server.run(ipv6_probe=away, outbound="anew").code == 0
    assert way_out(server) == "ForceIPv4"
    assert server.run(outbound="anew").code == 0
    assert way_out(server) == "ForceIPv6v4"


def way_out(server: Server) -> str:
    kept = json.loads((server.root / "var/lib/keyland/core/config.json").read_text())
    return str(kept["outbounds"][0]["settings"]["domainStrategy"])


def the_firewall_shuts_out_strangers(server: Server) -> None:
    """443 is open to a stranger, the agent's port to the shop alone"""
    there = server.wire.there
    assert reached(server.wire.here, there, 8443)
    assert reached(server.wire.stranger, there, 443)
    assert not reached(server.wire.stranger, there, 8443)


def the_core_reaches_nothing_on_this_machine(server: Server) -> None:
    """whatever the core was told to call on this machine: only the name server hears it"""
    listeners = [("127.0.0.1", 9999), ("127.0.0.53", 53), (server.wire.there, 9998)]
    for host, port in listeners:
        served = f"python3 -m http.server -b {host} {port}"
        server.sh(f"systemd-run -q --unit=hears{port} {served}")
        until(partial(listens, server, host, port), f"{host}:{port}")

    heard = {
        (user, port): server.sh(f"setpriv --reuid={user} --clear-groups {called(host, port)}").code
        for user in ("keyland-core", "keyland-agent")
        for host, port in (*listeners, ("127.0.0.1", 8443))
    }
    server.sh("systemctl stop hears9999 hears53 hears9998")

    assert heard == {
        (user, port): int(user == "keyland-core" and port != 53)
        for user in ("keyland-core", "keyland-agent")
        for port in (9999, 53, 9998, 8443)
    }


def listens(server: Server, host: str, port: int) -> bool:
    return f"{host}:{port}" in server.sh("ss -Hltn").text


def called(host: str, port: int) -> str:
    program = f"import socket; socket.create_connection(('{host}', {port}), 2)"
    return f'python3 -c "{program}"'


def reached(source: str, there: str, port: int) -> bool:
    try:
        socket.create_connection((there, port), 3, source_address=(source, 0)).close()
    except OSError:
        return False
    return True


def a_stranger_sees_the_site(server: Server) -> None:
    """who asks at 443 for the site gets its own certificate"""
    context = ssl.create_default_context(cafile=str(server.root.parent / f"{SITE}.crt"))
    with (
        socket.create_connection((server.wire.there, 443), 10) as plain,
        context.wrap_socket(plain, server_hostname=SITE) as secure,
    ):
        assert secure.version() == "TLSv1.3"


def the_shop_adds_it_and_fills_it(server: Server, shop: Shop) -> None:
    """the line, pasted at the shop, lists the server, and all users are in its core afterwards"""
    line = server.run().line
    with shop.at_work():
        done = shop.servers("add", "finland", line=line)
        again = shop.servers("add", "finland", line=line)
        checked = shop.servers("check")

    assert done.returncode == 0, done.stdout + done.stderr
    # those whom the jobs process brought before the command looked are not in its count
    assert re.search(r"users brought there: (\d+) of \1\n", done.stdout), done.stdout
    assert "done: everybody who has access is at" in done.stdout, done.stdout
    assert (again.returncode, checked.returncode) == (0, 0), again.stdout + checked.stdout
    assert shop.listed() == {"finland": [f"{server.wire.there}:8443"]}
    assert server.users_in_core() == shop.people


def the_shop_lists_no_impostor(server: Server, shop: Shop) -> None:
    """with another fingerprint or another key in the line nothing is listed"""
    address, fingerprint, key = server.run().line.split()
    for line, words in (
        (f"{address} {'ab' * 32} {key}", "somebody else answers there"),
        (f"{address} {fingerprint} {'k' * 44}", "does not take this key"),
    ):
        done = shop.servers("add", "finland", line=line)
        assert done.returncode == 1
        assert words in done.stdout, done.stdout + done.stderr
    assert shop.listed() == {}


def it_is_back_after_a_boot(server: Server) -> None:
    """after a boot agent, core, users and firewall are back without anybody's help"""
    until(lambda: server.users_in_core() == Shop.people, "the users after the boot")
    until(lambda: server.run("doctor").code == 0, "the doctor after the boot")
    assert not reached(server.wire.stranger, server.wire.there, 8443)
