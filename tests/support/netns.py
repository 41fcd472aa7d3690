"""Separate hosts on one machine, for tests as root: network namespaces at one switch.

    with network("server", "anna", "boris") as hosts:
        hosts["server"].start("xray", "run", "-c", "/…")
        hosts["anna"].run("curl", f"http://{hosts['server'].ipv4}/")

The addresses look public, since a core refuses private and documentation ranges; no namespace has a
way out of the machine. Mark such tests with `needs_namespaces`.
"""

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PREFIX = "kl"
CLONE_NEWNET = 0x40000000
PROGRAMS = ("ip", "nft", "tc")
IPV4, IPV6 = "11.22.33.{}", "2a0f:1111:2222::{:x}"


class Host:
    """One namespace, with `eth0` at the switch, and `lo` up.

    `cut`, `lose` and `slow` concern both directions and leave the host its addresses, as trouble
    somewhere on the way does.
    """

    def __init__(self, name: str, namespace: str, switch: str, number: int) -> None:
        self.name, self.namespace = name, namespace
        self.ipv4, self.ipv6 = IPV4.format(number), IPV6.format(number)
        self._switch, self._port = switch, f"port{number}"
        self._started: list[subprocess.Popen[bytes]] = []

    def command(self, *words: str) -> list[str]:
        """What to start so that these words run in this host; the process becomes theirs."""
        return ["ip", "netns", "exec", self.namespace, *words]

    def run(self, *words: str) -> str:
        """Wait for its end; its output. Raises CalledProcessError."""
        return _run(*self.command(*words))

    def start(self, *words: str, **popen: Any) -> subprocess.Popen[bytes]:
        """Killed with the network, if it still runs then."""
        self._started.append(subprocess.Popen(self.command(*words), **popen))
        return self._started[-1]

    def stop(self) -> None:
        """Kill whatever runs in it."""
        for process in self._started:
            process.kill()
            process.wait()
        _kill_all(self.namespace)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread is in the host: the sockets it makes (not those of threads that run already)
        belong there for good, listening ones with all they accept.
        """
        home = Path("/proc/thread-self/ns/net").open("rb")  # noqa: SIM115 -- closed below
        with home, Path(f"/run/netns/{self.namespace}").open("rb") as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def add_address(self, address: str, device: str = "lo") -> None:
        """`address` with its prefix, e.g. "169.254.169.254/32"."""
        nodad = ["nodad"] if ":" in address else []
        self.run("ip", "address", "add", address, "dev", device, *nodad)

    def cut(self) -> None:
        """Pull the cable."""
        _in(self._switch, "ip", "link", "set", self._port, "down")

    def join(self) -> None:
        _in(self._switch, "ip", "link", "set", self._port, "up")

    def lose(self, percent: int) -> None:
        """Of all packets from now on; 0 ends it."""
        table = f"loss_{self._port}"
        _in(self._switch, "nft", f"add table bridge {table}; delete table bridge {table}")
        if not percent:
            return
        chance = f"numgen random mod 100 <= {percent - 1} drop"
        _in(
            self._switch,
            "nft",
            f"table bridge {table} {{ chain way {{ type filter hook forward priority 0;"
            f" iifname {self._port} {chance}; oifname {self._port} {chance}; }}; }}",
        )

    def slow(self, kilobits: int) -> None:
        """At most so many a second, with 0.4 s of queue; 0 ends it."""
        for namespace, device in ((self._switch, self._port), (self.namespace, "eth0")):
            if kilobits:
                _in(
                    namespace, "tc", "qdisc", "replace", "dev", device, "root", "tbf",
                    "rate", f"{kilobits}kbit", "burst", "16kb", "latency", "400ms",
                )  # fmt: skip
            elif "tbf" in _in(namespace, "tc", "qdisc", "show", "dev", device):
                _in(namespace, "tc", "qdisc", "del", "dev", device, "root")


@contextmanager
def network(*names: str) -> Iterator[dict[str, Host]]:
    """A host for each name. At the end, and after a failure, all processes in them are killed and
    the namespaces removed; what a killed test run has left, the next one removes here.
    """
    _clear_leftovers()
    mark = f"{PREFIX}{os.getpid()}-{secrets.token_hex(3)}"
    hosts: dict[str, Host] = {}
    try:
        for host in _build(mark, names):
            hosts[host.name] = host
        yield hosts
    finally:
        for host in hosts.values():
            host.stop()
        for namespace in _namespaces(f"{mark}-"):
            _remove(namespace)


def _build(mark: str, names: tuple[str, ...]) -> Iterator[Host]:
    switch = f"{mark}-switch"
    _run("ip", "netns", "add", switch)
    _in(switch, "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    _in(switch, "ip", "link", "set", "br0", "up")
    for number, name in enumerate(names, start=1):
        host = Host(name, f"{mark}-{number}", switch, number)
        _plug_in(host, switch, f"port{number}")
        yield host


def _plug_in(host: Host, switch: str, port: str) -> None:
    _run("ip", "netns", "add", host.namespace)
    peer = ["peer", "name", "eth0", "netns", host.namespace]
    _in(switch, "ip", "link", "add", port, "type", "veth", *peer)
    _in(switch, "ip", "link", "set", port, "master", "br0", "up")
    for device in ("lo", "eth0"):
        host.run("ip", "link", "set", device, "up")
    host.add_address(f"{host.ipv4}/24", "eth0")
    host.add_address(f"{host.ipv6}/64", "eth0")


def _in(namespace: str, *words: str) -> str:
    return _run("ip", "netns", "exec", namespace, *words)


def _run(*words: str) -> str:
    try:
        return subprocess.run(words, check=True, text=True, capture_output=True).stdout
    except subprocess.CalledProcessError as failed:
        failed.add_note(failed.stderr)
        raise


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _namespaces(prefix: str) -> list[str]:
    folder = Path("/run/netns")
    return [file.name for file in folder.glob(f"{prefix}*")] if folder.is_dir() else []


def _clear_leftovers() -> None:
    for namespace in _namespaces(PREFIX):
        pid = namespace.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _remove(namespace)


def _remove(namespace: str) -> None:
    _kill_all(namespace)
    with suppress(subprocess.CalledProcessError):
        _run("ip", "netns", "del", namespace)


def _kill_all(namespace: str) -> None:
    for pid in map(int, _run("ip", "netns", "pids", namespace).split()):
        if pid != os.getpid():  # a thread of ours may be `inside`
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@cache
def missing() -> str:
    """Why there can be no namespaces here; "" when there can."""
    absent = [program for program in PROGRAMS if not shutil.which(program)]
    if os.geteuid() or absent:
        return f"network namespaces need root and {', '.join(absent or PROGRAMS)}"
    try:
        with network():
            return ""
    except (subprocess.CalledProcessError, OSError) as trouble:
        return f"network namespaces do not work here: {trouble}"


needs_namespaces = pytest.mark.skipif(bool(missing()), reason=missing())
