"""A booted machine in a container: no network but loopback, gone when the block ends."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.systemd.boot.image import CACHE, NoImage, copy_tree

SECONDS = 120.0
IN_THE_MACHINE = ("-m", "-u", "-i", "-n", "-p")


@dataclass
class Machine:
    """`leader` is the process number of the machine's systemd, as seen from outside."""

    root: Path
    leader: int

    def run(self, *command: str, stdin: str = "", seconds: float = SECONDS) -> str:
        """What a command in the machine prints; its exit code is not looked at."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), *IN_THE_MACHINE, "--", *command],  # noqa: S607
            input=stdin, capture_output=True, text=True, timeout=seconds, check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        return done.stdout + done.stderr

    def systemctl(self, *words: str) -> str:
        return self.run("systemctl", "--no-pager", *words).strip()

    def shown(self, unit: str, what: str) -> str:
        return self.systemctl("show", "--value", "-p", what, unit)

    def python(self, program: str) -> str:
        """Runs with the project and its packages, as root."""
        return self.run("sh", "-c", "cd /opt/keyland && .venv/bin/python -", stdin=program)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)


def until(true: Callable[[], bool], what: str, seconds: float = SECONDS) -> float:
    """The seconds it took; AssertionError when it does not come true."""
    began = monotonic()
    while not true():
        assert monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}"
        sleep(0.3)
    return monotonic() - began


@contextmanager
def copied(image: Path) -> Iterator[Path]:
    """A disk of its own, thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="machine-", dir=CACHE))
    try:
        copy_tree(image, folder / "root")
        yield folder / "root"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def booted(root: Path) -> Iterator[Machine]:
    console = root.parent / "console"
    with console.open("wb") as log:
        nspawn = subprocess.Popen(
            ["systemd-nspawn", "-b", "-D", str(root), "--register=no", "--keep-unit",  # noqa: S607
             "--private-network", "--console=pipe", "--hostname=keyland-boot"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        machine = Machine(root, _leader(nspawn, console))
        until(lambda: machine.systemctl("is-system-running") in ("running", "degraded"), "boot")
        yield machine
    finally:
        _end(nspawn)


def _leader(nspawn: subprocess.Popen[bytes], console: Path) -> int:
    children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children")

    def born() -> bool:
        if nspawn.poll() is not None:
            raise NoImage(f"systemd-nspawn: {console.read_text(errors='replace')[-800:]}")
        return bool(_systemd(children))

    until(born, "systemd-nspawn starts a machine")
    [leader] = _systemd(children)
    return leader


def _systemd(children: Path) -> list[int]:
    found = children.read_text().split()
    return [int(pid) for pid in found if "systemd" in Path(f"/proc/{pid}/comm").read_text()
            and Path(f"/proc/{pid}/exe").resolve().name == "systemd"]  # fmt: skip


def _end(nspawn: subprocess.Popen[bytes]) -> None:
    """The machine's processes die with its first one, and its mounts with them."""
    if nspawn.poll() is None:
        nspawn.send_signal(signal.SIGTERM)
        try:
            nspawn.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(nspawn.pid, signal.SIGKILL)
            nspawn.wait()
