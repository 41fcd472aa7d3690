"""Who listens on a port."""

import re
from collections.abc import Callable
from pathlib import Path

from scripts.server.commands import ask
from scripts.server.report import Problem

HOLDER = re.compile(r'\("([^"]+)",pid=(\d+)')


def holders(port: int) -> list[tuple[str, int]]:
    """Name and process number of all who listen there; a name alone is unknown without root."""
    said = ask("ss", "-H", "-l", "-t", "-n", "-p", f"sport = :{port}").out
    found = {(name, int(pid)) for name, pid in HOLDER.findall(said)}
    return sorted(found) if found or not said.strip() else [("a program", 0)]


def belongs_to_us(pid: int) -> bool:
    """Whether systemd runs it in a unit of ours."""
    try:
        return "/keyland-" in Path(f"/proc/{pid}/cgroup").read_text()
    except OSError:
        return False


def free(port: int, ours: Callable[[int], bool] = belongs_to_us) -> list[Problem]:
    foreign = [(name, pid) for name, pid in holders(port) if not ours(pid)]
    return [
        Problem(
            f"port {port} is taken by {name} (process {pid})",
            f"stop it, or move it to another port: systemctl status {pid} names its unit",
        )
        for name, pid in foreign
    ]
