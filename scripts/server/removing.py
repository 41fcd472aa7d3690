"""`remove`: lets those who are connected go on for a while, then takes everything away."""

import re
import shutil
from pathlib import Path
from time import monotonic, sleep

from scripts.server import links
from scripts.server.commands import ask
from scripts.server.layout import AGENT, CORE, CORE_PORT, FIREWALL, Layout, Wishes
from scripts.server.report import Failed, Report

LOOK_SECONDS = 10.0
SHOP = "keyland-main-api.service"


def remove(layout: Layout, wishes: Wishes, report: Report) -> int:
    """2 when nothing was done for want of the word. Raises Failed."""
    if (layout.units / SHOP).exists():
        raise Failed("the shop runs here, too: this would take its users and keys away")
    if not wishes.yes:
        report.say("First, on the shop's host: .venv/bin/python -m main_api.servers remove IP:PORT")
        report.say("Nobody gets this server in his links any more then. Afterwards, here:")
        report.say("    scripts/install-server remove --yes [--drain-minutes 60]")
        report.say("It waits so long for those who are connected, and deletes users and keys.")
        return 2
    ask("systemctl", "stop", AGENT, f"keyland-again@{AGENT}.service")
    report.say("remove: the agent is stopped, nobody new comes")
    _drain(wishes.drain_minutes * 60, report)
    _stop(report)
    _delete(layout, report)
    report.say(f"remove: done; what was said stays in {layout.log}")
    return 0


def connected() -> int:
    said = ask("ss", "-H", "-t", "-n", "state", "established", f"( sport = :{CORE_PORT} )")
    return len(said.out.splitlines())


def _drain(seconds: float, report: Report) -> None:
    deadline = monotonic() + seconds
    while (there := connected()) and monotonic() < deadline:
        report.say(f"remove: {there} connections are open")
        sleep(min(LOOK_SECONDS, max(0.0, deadline - monotonic())))


def _stop(report: Report) -> None:
    units = ("keyland.target", CORE, FIREWALL)
    ask("systemctl", "stop", *units, f"keyland-again@{CORE}.service")
    ask("systemctl", "disable", "keyland.target", AGENT, CORE)
    report.say("remove: everything is stopped")


def _delete(layout: Layout, report: Report) -> None:
    for user in _users(layout):  # their list goes with the rest
        ask("userdel", user)
    for path in belongings(layout):
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)
    ask("systemctl", "daemon-reload")
    ask("systemctl", "reset-failed")
    report.say("remove: units, users, keys and files are deleted")


def _users(layout: Layout) -> list[str]:
    """Those of the shop, too: they were made here by the same file, and own nothing."""
    declared = layout.root / "etc/sysusers.d/keyland.conf"
    if not declared.exists():
        return []
    return re.findall(r"^u (keyland-\S+)", declared.read_text(), re.MULTILINE)


def belongings(layout: Layout) -> list[Path]:
    """All that is ours on this machine but the log."""
    root = layout.root
    found = [
        *layout.units.glob("keyland*"),
        *layout.units.glob("*.wants/keyland*"),
        root / "etc/cron.d/keyland",
        root / "etc/sysusers.d/keyland.conf",
        root / "etc/systemd/journald.conf.d/keyland.conf",
        layout.etc,
        root / "var/lib/keyland",
        root / "var/lib/keyland-backup",
        layout.current,
        layout.releases,
        layout.venvs,
        layout.cores,
    ]
    if layout.cores in (links.leads_to(layout.program) or root).parents:
        found.append(layout.program)
    return [path for path in found if path.exists() or path.is_symlink()]
