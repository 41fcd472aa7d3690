"""Installations that fail half-way or are killed there; each time the next run makes it good."""

from collections.abc import Callable

from tests.server.machine.server import Said, Server

KILLED_AFTER = (
    ("packages: installing", 0.0),
    ("packages: installing", 1.0),
    ("Xray:", 0.0),
    ("project: copying", 0.1),
    ("project: installing", 4.0),
    ("services: users", 0.0),
    ("REALITY:", 0.0),
    ("certificate of the agent", 0.0),
    ("firewall:", 0.0),
    ("services: waiting", 0.5),
)
"""What was said last, and the seconds that it lived on."""
KILL = """
rm -f /srv/killed.log
setsid {command} >/srv/killed.log 2>&1 </dev/null & pid=$!
until grep -q '^{words}' /srv/killed.log || ! kill -0 $pid; do sleep 0.05; done
sleep {seconds}
kill -s KILL -- -$pid && echo it was killed
"""


def what_cannot_be_had_is_told(server: Server) -> None:
    """no network, another sum, a full disk: told in plain words, and nothing runs half"""
    troubles: dict[str, Callable[[], Said]] = {
        "has the sha256": lambda: server.run(xray_sha256="0" * 64),
        "elsewhere, bring it here": lambda: server.run(xray="", xray_sha256=""),
        "-m pip": lambda: server.run(wheels=""),
        "the disk is full": lambda: on_full_disk(server),
    }
    for words, trouble in troubles.items():
        said = trouble()
        assert said.code == 1, f"{words}: exit code {said.code}\n{said.text[-2000:]}"
        assert words in said.text, f"{words!r} is not said:\n{said.text[-2000:]}"
        assert "Traceback" not in said.text, said.text[-2000:]
        assert server.run("doctor").code == 1
        assert not (server.root / "opt/keyland").is_symlink()


def on_full_disk(server: Server) -> Said:
    """There is room, and nothing can be put there: it has places for some files only."""
    server.sh("mount -t tmpfs -o size=2g,nr_inodes=90 small /opt")
    try:
        return server.run()
    finally:
        server.sh("umount /opt")


def killed_anywhere_it_is_made_good(server: Server) -> None:
    """killed at each of its steps (apt's and pip's too) it is made good by the next run"""
    server.sh("apt-get remove -y -qq nftables")
    for words, seconds in KILLED_AFTER:
        told = server.sh(KILL.format(command=server.command(), words=words, seconds=seconds))
        assert "it was killed" in told.text, f"{words}: {server.sh('cat /srv/killed.log').text}"
        looked = server.run("doctor")
        assert (looked.code, "Traceback" in looked.text) == (1, False), f"{words}: {looked.text}"

    said = server.run()

    assert said.code == 0, said.text[-3000:]
    assert said.line
    assert "all is well" in server.run("doctor").text
    assert not server.sh("find /etc/keyland /opt/keyland* -name '*.new' -o -name '.making-*'").text
