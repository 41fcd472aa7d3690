"""Users, folders and units of a release, and their restart."""

import shutil
from pathlib import Path

from scripts.server.commands import ask, run
from scripts.server.layout import AGENT, CORE, FIREWALL, Layout
from scripts.server.report import Report

START_SECONDS = 200.0
FIREWALL_UNIT = f"{FIREWALL}.service"


def put(layout: Layout, release: Path, report: Report) -> None:
    """By the release's own installer: whether forth or back, units and files belong together."""
    installer = release / "scripts/install_services.py"
    run("python3", "-B", str(installer), "--role", "abroad", "--root", str(layout.root))
    shutil.copyfile(release / "systemd" / FIREWALL_UNIT, layout.units / FIREWALL_UNIT)
    run("systemctl", "daemon-reload")
    report.say("services: users, folders and units are in place")


def restart(*names: str) -> None:
    """What a start says that fails, its unit's state says as well, and health is asked of that."""
    ask("systemctl", "reset-failed", *names)
    for name in names:
        ask("systemctl", "restart", name, seconds=START_SECONDS)
    # a service that was given up waits ten minutes in this one
    ask("systemctl", "stop", *(f"keyland-again@{name}.service" for name in names))


def start() -> None:
    # one that has crashed often would not be started for five minutes
    ask("systemctl", "reset-failed", AGENT, CORE)
    ask("systemctl", "start", "keyland.target", AGENT, CORE, seconds=START_SECONDS)
