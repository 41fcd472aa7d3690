"""On what it was measured, and what was measured: without these no figure means anything."""

import platform
import subprocess
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

import psutil

from common.clock import system_clock
from sandbox.core import Core

PACKAGES = ("gunicorn", "flask", "pydantic", "requests", "grpcio", "locust")
LOOP = 1_000_000


def machine() -> dict[str, Any]:
    return {
        "cpu": _cpu(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "load_before": round(psutil.getloadavg()[0], 2),
    }


def loop_ms() -> float:
    """What a fixed loop takes this minute, in CPU time: a shared machine changes its speed."""
    began = process_time()
    sum(number * number for number in range(LOOP))
    return (process_time() - began) * 1000


def steal_seconds() -> float:
    """Of all cores since the start: what the host gave to other machines while this had work."""
    return float(psutil.cpu_times().steal)


def versions(core: Core, root: Path) -> dict[str, str]:
    packages = {name: version(name) for name in PACKAGES}
    commit = _git(root, "rev-parse", "--short", "HEAD")
    changed = "+" if _git(root, "status", "--porcelain", "--untracked-files=no") else ""
    return {
        "python": platform.python_version(),
        "core": f"{'Xray' if core.kind == 'xray' else 'v2ray'} {core.version}",
        "commit": commit + changed,
        **packages,
    }


def now() -> str:
    return system_clock().astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _git(root: Path, *arguments: str) -> str:
    """Empty outside a checkout."""
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 -- whichever git there is
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip()
