"""Checks of the machine itself: its system, its processor, its room, its programs."""

import re
import shutil
from pathlib import Path

from common.core_release import ARCHIVES
from scripts.server.commands import there
from scripts.server.report import Problem

OLDEST = {"debian": 12, "ubuntu": 24}
PYTHON = (3, 11)
MEGABYTE = 1024 * 1024
LEAST_MEMORY, EASY_MEMORY = 440 * MEGABYTE, 900 * MEGABYTE
LEAST_DISK = 1500 * MEGABYTE


def root(user: int) -> list[Problem]:
    if user == 0:
        return []
    return [Problem("you are not root", "run it as root: sudo scripts/install-server")]


def system(os_release: Path, python: tuple[int, int]) -> list[Problem]:
    """Which distribution it is, by the file /etc/os-release, and which Python it has."""
    said = _named(os_release)
    name, version = said.get("ID", "?"), said.get("VERSION_ID", "?")
    whole = version.partition(".")[0]
    if name not in OLDEST or not whole.isdigit() or int(whole) < OLDEST[name]:
        return [
            Problem(
                f"this is {name} {version}, and neither Debian 12 nor Ubuntu 24.04 or newer",
                "install one of them: units and packages are made for these",
            )
        ]
    if python < PYTHON:
        return [
            Problem(
                f"Python is {python[0]}.{python[1]}, which is too old",
                "apt-get install python3 (3.11 or newer)",
            )
        ]
    return []


def _named(os_release: Path) -> dict[str, str]:
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}


def processor(machine: str, cpuinfo: Path, cores: int) -> list[Problem]:
    """Xray is built for two; without AES in hardware one core is busy at some 20 MB/s."""
    if machine not in ARCHIVES:
        return [
            Problem(
                f"the processor is {machine}, for which no release of Xray is pinned",
                f"take a machine with one of: {', '.join(ARCHIVES)}",
            )
        ]
    problems = []
    flags = re.search(r"^(?:flags|Features)\s*:(.*)$", _read(cpuinfo), re.MULTILINE)
    if flags is None or "aes" not in flags[1].split():
        problems.append(
            Problem(
                "the processor does not encrypt in hardware (no AES), so the server would be slow",
                "ask the provider for the processor type 'host', or another machine",
            )
        )
    if cores == 1:
        problems.append(
            Problem("there is one processor core", "enough for some tens at a time", stops=False)
        )
    return problems


def memory(meminfo: Path) -> list[Problem]:
    total = re.search(r"^MemTotal:\s*(\d+) kB", _read(meminfo), re.MULTILINE)
    size = int(total[1]) * 1024 if total else 0
    told = f"there are {size // MEGABYTE} MB of memory"
    if size < LEAST_MEMORY:
        return [Problem(told, "the core and its agent need 512 MB; 1 GB is better")]
    if size < EASY_MEMORY:
        return [Problem(told, "enough for a small server; 1 GB is better", stops=False)]
    return []


def disk(folder: Path, least: int = LEAST_DISK) -> list[Problem]:
    free = shutil.disk_usage(folder).free
    if free >= least:
        return []
    return [
        Problem(
            f"{folder} has {free // MEGABYTE} MB left",
            f"{least // MEGABYTE} MB are needed: delete something (apt-get clean), or take more",
        )
    ]


def programs(names: tuple[str, ...]) -> list[Problem]:
    """`ss` names the owners of ports and cuts connections, systemd runs all of it."""
    package = {"ss": "iproute2", "systemctl": "systemd"}
    return [
        Problem(f"the program {name} is missing", f"apt-get install {package.get(name, name)}")
        for name in names
        if not there(name)
    ]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
