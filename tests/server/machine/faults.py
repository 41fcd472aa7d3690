"""Each check of a fresh machine fails once: it is told, and nothing has been changed."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from tests.server.machine.image import SITE
from tests.server.machine.server import Said, Server
from tests.systemd.boot.container import until

Fault = Callable[[Server], Said]


def each_check_fails_once_and_nothing_is_changed(server: Server) -> None:
    """each check of a fresh machine fails once, in plain words, and nothing is changed by it"""
    for words, fault in FAULTS.items():
        said = fault(server)
        assert said.code == 1, f"{words}: exit code {said.code}\n{said.text[-2000:]}"
        assert words in said.text, f"{words!r} is not said:\n{said.text[-2000:]}"
        assert "Traceback" not in said.text, said.text[-2000:]
        assert server.made() == [], f"{words}: {server.made()}"


def not_root(server: Server) -> Said:
    return server.sh("setpriv --reuid=65534 --clear-groups /srv/keyland/scripts/install-server")


def old_system(server: Server) -> Said:
    with instead(server, "/etc/os-release", 'ID=debian\nVERSION_ID="11"\n'):
        return server.run()


def slow_processor(server: Server) -> Said:
    with instead(server, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2\n"):
        return server.run()


def little_memory(server: Server) -> Said:
    with instead(server, "/proc/meminfo", "MemTotal:         262144 kB\n"):
        return server.run()


def small_disk(server: Server) -> Said:
    server.sh("mount -t tmpfs -o size=8m small /opt")
    try:
        return server.run()
    finally:
        server.sh("umount /opt")


def no_ss(server: Server) -> Said:
    there = "for it in /usr/bin/ss /usr/sbin/ss; do [ -e $it ] && mv $it $it.away; done"
    back = "for it in /usr/bin/ss /usr/sbin/ss; do [ -e $it.away ] && mv $it.away $it; done"
    server.sh(there)
    try:
        return server.run()
    finally:
        server.sh(back)


def taken(port: int) -> Fault:
    def fault(server: Server) -> Said:
        server.sh(f"systemd-run -q --unit=taker python3 -m http.server {port}")
        until(lambda: server.sh(f"ss -Hltn sport = :{port}").text.strip() != "", "the taker")
        try:
            return server.run()
        finally:
            server.sh("systemctl stop taker")

    return fault


def behind_another(server: Server) -> Said:
    return server.run(address="")


def no_name(server: Server) -> Said:
    return server.run(target="no-such-name.invalid:443")


def no_site(server: Server) -> Said:
    return server.run(target=f"{SITE}:444")


def old_site(server: Server) -> Said:
    for site in server.wire.sites:
        site.context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        return server.run()
    finally:
        for site in server.wire.sites:
            site.context.maximum_version = ssl.TLSVersion.TLSv1_3


def site_without_http2(server: Server) -> Said:
    for site in server.wire.sites:
        site.context.set_alpn_protocols(["http/1.1"])
    try:
        return server.run()
    finally:
        for site in server.wire.sites:
            site.context.set_alpn_protocols(["h2", "http/1.1"])


def another_name(server: Server) -> Said:
    return server.run(target=f"{server.wire.here}:443")


def clock_is_off(server: Server) -> Said:
    for site in server.wire.sites:
        site.ahead = timedelta(seconds=30)
    try:
        return server.run()
    finally:
        for site in server.wire.sites:
            site.ahead = timedelta()


def anothers_xray(server: Server) -> Said:
    server.sh("cp /bin/true /usr/local/bin/xray")
    try:
        said = server.run()
    finally:
        server.sh("rm /usr/local/bin/xray")
    return said


def clone_in_the_way(server: Server) -> Said:
    server.sh("mkdir /opt/keyland")
    try:
        return server.run()
    finally:
        server.sh("rmdir /opt/keyland")


def bad_main_address(server: Server) -> Said:
    return server.run(main_address="shop.example.org")


@contextmanager
def instead(server: Server, path: str, text: str) -> Iterator[None]:
    """Another file lies over that one."""
    server.machine.write("/srv/instead", text)
    server.sh(f"mount --bind /srv/instead $(readlink -f {path})")
    try:
        yield
    finally:
        server.sh(f"umount $(readlink -f {path})")


FAULTS: dict[str, Fault] = {
    "you are not root": not_root,
    "neither Debian 12": old_system,
    "no AES": slow_processor,
    "256 MB of memory": little_memory,
    "/opt has": small_disk,
    "the program ss is missing": no_ss,
    "port 443 is taken by python3": taken(443),
    "port 8443 is taken by python3": taken(8443),
    "is private": behind_another,
    "cannot be resolved": no_name,
    "does not answer": no_site,
    "and not TLS 1.3": old_site,
    "does not speak HTTP/2": site_without_http2,
    "does not fit": another_name,
    " s behind": clock_is_off,
    "there is another /usr/local/bin/xray": anothers_xray,
    "/opt/keyland is a folder": clone_in_the_way,
    "--main-address": bad_main_address,
}
