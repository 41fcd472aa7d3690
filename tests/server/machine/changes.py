"""Updates that work, updates that do not and are undone, and the removal."""

import shutil
from hashlib import sha256
from pathlib import Path

from tests.server.machine.image import XRAY, put_checkout
from tests.server.machine.server import Server
from tests.server.machine.shop import PEOPLE

NEXT, BROKEN = "srv/next", "srv/broken"
DIES = """#!/bin/sh
case "$*" in
    version) echo 'Xray 26.6.27 (not really)' ;;
    *-test*) exit 0 ;;
    api*) exec /opt/keyland-xray/{old}/xray "$@" ;;
    *) sleep 1; exit 1 ;;
esac
"""


def an_update_changes_the_agent_and_cuts_nobody(server: Server) -> None:
    """an update puts a new agent in place, the core goes on, and all users stay"""
    old, core = server.release(), server.pid("keyland-core")
    checkout(server.root / NEXT, "# a newer one\n")

    refused, said = server.run(source=NEXT), server.run("update", source=NEXT)

    assert refused.code == 1
    assert "install-server update" in refused.text
    assert said.code == 0, said.text[-3000:]
    assert server.release() != old
    assert server.pid("keyland-core") == core
    assert server.users_in_core() == PEOPLE
    assert server.run("update", source=NEXT).text.strip().endswith("this is what runs already")


def a_server_that_is_not_well_is_not_updated(server: Server) -> None:
    """a server that is not well already is not updated, unless that is asked for"""
    before = server.release()
    checkout(server.root / NEXT, "# one for a sick server\n")
    server.sh("systemctl stop keyland-core")

    refused = server.run("update", source=NEXT)
    assert (refused.code, server.release()) == (1, before), refused.text[-3000:]
    assert "is not well as it is" in refused.text, refused.text[-3000:]
    forced = server.run("update --force", source=NEXT)

    assert forced.code == 0, forced.text[-3000:]
    assert server.release() != before
    assert server.users_in_core() == PEOPLE


def an_update_of_the_cores_configuration_is_in_force(server: Server) -> None:
    """an update that changes the core's configuration alone has it in force, and all users in it"""
    core, packages = server.pid("keyland-core"), server.venvs()
    checkout(server.root / NEXT, "# with another time\n")
    changed = server.root / NEXT / "country_api/core/config.py"
    changed.write_text(changed.read_text().replace('"connIdle": 300', '"connIdle": 301'))

    said = server.run("update", source=NEXT)

    assert said.code == 0, said.text[-3000:]
    assert "with another configuration" in said.text, said.text[-3000:]
    assert '"connIdle": 301' in (server.root / "var/lib/keyland/core/config.json").read_text()
    assert server.pid("keyland-core") != core
    assert server.users_in_core() == PEOPLE
    assert server.venvs() == packages


def a_broken_agent_is_undone(server: Server) -> None:
    """an update whose agent does not start is undone: the old one runs, the core never stopped"""
    old, core, line = server.release(), server.pid("keyland-core"), server.run(source=NEXT).line
    checkout(server.root / BROKEN, "raise SystemExit(1)\n")

    said = server.run("update", source=BROKEN)

    assert said.code == 1, said.text[-3000:]
    assert "the old one runs again" in said.text, said.text[-3000:]
    assert (server.release(), server.pid("keyland-core")) == (old, core)
    assert server.run("doctor", source=NEXT).code == 0
    assert server.run(source=NEXT).line == line


def a_broken_core_is_undone(server: Server) -> None:
    """an update whose core does not run is undone, and all users are in the old one again"""
    old = (server.root / "usr/local/bin/xray").readlink().parent.name
    text = DIES.format(old=old)
    server.machine.write("/srv/dies", text, 0o755)
    sums = {"xray": "/srv/dies", "xray_sha256": sha256(text.encode()).hexdigest()}

    said = server.run("update", source=NEXT, **sums)

    assert said.code == 1, said.text[-3000:]
    assert "the old one runs again" in said.text, said.text[-3000:]
    assert (server.root / "usr/local/bin/xray").readlink().parent.name == old
    assert server.users_in_core() == PEOPLE


def a_core_that_refuses_the_configuration_is_never_put_in_place(server: Server) -> None:
    """a core that does not accept this server's configuration is refused before anything changes"""
    core = server.pid("keyland-core")
    text = "#!/bin/sh\n[ \"$1\" = version ] && echo 'Xray 26.6.27 (not really)'\n"
    server.machine.write("/srv/refuses", text, 0o755)
    sums = {"xray": "/srv/refuses", "xray_sha256": sha256(text.encode()).hexdigest()}

    said = server.run("update", source=NEXT, **sums)

    assert said.code == 1
    assert "does not accept this server's configuration" in said.text, said.text[-3000:]
    assert server.pid("keyland-core") == core


def another_file_than_the_pinned_one_is_refused(server: Server) -> None:
    """another file than the one with the given sum is refused"""
    said = server.run("update", source=NEXT, xray_sha256="0" * 64, xray=f"/{XRAY}")

    assert said.code == 1
    assert "has the sha256" in said.text, said.text[-3000:]


def it_is_removed_without_a_trace(server: Server) -> None:
    """removed it leaves no file, user, rule or unit, but the log"""
    asked = server.run("remove", source=NEXT)
    assert (asked.code, "main_api.servers remove" in asked.text) == (2, True)

    said = server.sh(f"/{NEXT}/scripts/install-server remove --yes")

    assert said.code == 0, said.text
    assert server.made() == []
    assert "keyland" not in server.sh("getent passwd; nft list tables; ss -Hltnp").text
    assert not list((server.root / "etc/systemd/system").rglob("keyland*"))
    assert (server.root / "var/log/keyland-install.log").exists()


def checkout(folder: Path, more: str) -> None:
    """Another release: what its agent begins with."""
    shutil.rmtree(folder, ignore_errors=True)
    put_checkout(folder)
    wsgi = folder / "country_api/wsgi.py"
    wsgi.write_text(wsgi.read_text() + more)
