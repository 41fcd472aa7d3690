"""A rotation under the real systemd, as docs/operations/rotation.md says it."""

import re

from sandbox.core import Core
from scripts.server import env_file
from tests.server.machine.customer import fetches
from tests.server.machine.server import Server
from tests.server.machine.shop import PEOPLE
from tests.systemd.boot.container import until
from tests.systemd.boot.image import PROJECT

ROTATION = "cd /opt/keyland && .venv/bin/python -m country_api.rotation"
AT_AN_HOUR = re.compile(r"^At an hour .*`(systemd-run [^`]+)`", re.MULTILINE)


def short_ids_are_rotated(server: Server, core: Core) -> None:
    """a rotation planned for an hour begins then; both short ids work, and after its end the new"""
    [old] = short_ids(server)
    assert fetches(server, core, old)
    assert not fetches(server, core, "00000000")

    unit = planned(server)
    until(lambda: "accepted as well" in status(server), "the rotation that was planned")
    new, still = short_ids(server)

    assert still == old
    assert "/opt/keyland/.venv/bin/python" in unit, unit
    assert (fetches(server, core, new), fetches(server, core, old)) == (True, True)
    assert "would be shut out" in refused(server)
    said = server.sh(f"{ROTATION} finish --force")
    assert said.code == 0, said.text
    assert short_ids(server) == [new]
    assert (fetches(server, core, new), fetches(server, core, old)) == (True, False)
    assert server.users_in_core() == PEOPLE


def keys_are_changed(server: Server, core: Core) -> None:
    """new keys, asked for with the word that ends all links, are in force, and all is well"""
    [old], before = short_ids(server), public_key(server)

    said = server.sh(f"{ROTATION} key --force")

    assert said.code == 0, said.text
    [new] = short_ids(server)
    assert (old != new, public_key(server) != before) == (True, True)
    assert fetches(server, core, new)
    until(lambda: server.run("doctor").code == 0, "the doctor after new keys")
    assert server.users_in_core() == PEOPLE


def planned(server: Server) -> str:
    """Runs the line of the documentation, for two seconds from now; what the unit will start."""
    text = (PROJECT / "docs/operations/rotation.md").read_text()
    found = AT_AN_HOUR.search(text)
    assert found, text
    line = re.sub(r"--on-calendar='[^']*'", "--unit=planned --on-active=2s", found[1])
    said = server.sh(f"cd /opt/keyland && {line}")
    assert said.code == 0, said.text
    return server.machine.shown("planned.service", "ExecStart")


def status(server: Server) -> str:
    return server.sh(f"{ROTATION} status").text


def refused(server: Server) -> str:
    said = server.sh(f"{ROTATION} finish")
    assert said.code == 1, said.text
    return said.text


def short_ids(server: Server) -> list[str]:
    return known(server)["REALITY_SHORT_IDS"].split(",")


def public_key(server: Server) -> str:
    return known(server)["REALITY_PUBLIC_KEY"]


def known(server: Server) -> dict[str, str]:
    return env_file.values(server.root / "etc/keyland/agent.env")
