"""`install`: from a fresh machine to the line for the shop, in steps that may all be repeated."""

import hashlib
from pathlib import Path

from scripts.server import (
    env_file,
    firewall,
    health,
    keys,
    links,
    packages,
    planning,
    services,
    unfinished,
    xray,
)
from scripts.server import release as releases
from scripts.server.layout import AGENT, CORE, Layout, Wishes
from scripts.server.planning import Plan
from scripts.server.report import Failed, Report

WELL_SECONDS = 90.0


def install(layout: Layout, wishes: Wishes, report: Report) -> int:
    """Raises Failed."""
    _not_another(layout)
    plan = planning.made(layout, wishes, report)
    packages.put(report)
    program = xray.put(layout, wishes, report)
    release = releases.put(layout, wishes, report)
    fingerprint, changed = _settle(layout, plan, program, release, report)
    firewall.put(layout, plan.main_addresses, report)
    _run(layout, report, changed=changed)
    _hand_over(keys.line(layout, fingerprint), report)
    return 0


def _not_another(layout: Layout) -> None:
    """One way alone changes what customers are connected to: `update`, which can go back."""
    there = links.leads_to(layout.current)
    if there is not None and there.name != releases.name_of():
        raise Failed(f"another release is installed ({there.name}): scripts/install-server update")


def _settle(
    layout: Layout, plan: Plan, program: Path, release: Path, report: Report
) -> tuple[str, bool]:
    """The certificate's fingerprint, and whether what runs has to be started anew."""
    changed, before = unfinished.begin(layout), _read_at_start(layout)
    if not layout.program.exists():
        links.switch(layout.program, program)
    links.switch(layout.current, release)
    services.put(layout, release, report)
    keys.put_reality(layout, layout.program, report)
    if env_file.put(layout.agent_env, plan.settings()):
        report.say(f"settings: written to {layout.agent_env}")
    fingerprint = keys.put_certificate(layout, release, report)
    changed |= _read_at_start(layout) != before
    if not changed:
        unfinished.end(layout)
    return fingerprint, changed


def _read_at_start(layout: Layout) -> str:
    """A digest of all that the services read when they start: release, settings, keys, units."""
    links_to = f"{links.leads_to(layout.current)} {links.leads_to(layout.program)}"
    digest = hashlib.sha256(links_to.encode())
    units = (path for path in layout.units.rglob("*") if "keyland" in str(path))
    for path in sorted([layout.agent_env, *layout.credentials.glob("*"), *units]):
        if path.is_file():
            digest.update(f"\0{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _run(layout: Layout, report: Report, *, changed: bool) -> None:
    if changed:
        services.restart("systemd-journald", AGENT, CORE)
    services.start()
    report.say("services: waiting until they are well")
    if not report.tell(health.until_well(layout, WELL_SECONDS)):
        raise Failed("everything is in place, but does not work yet; see above, and run it again")
    unfinished.end(layout)


def _hand_over(line: str, report: Report) -> None:
    report.say("This server works. On the shop's host, in /opt/keyland, as root:")
    report.say("    .venv/bin/python -m main_api.servers add <country>")
    report.say("and paste there, when it asks, this line (it holds a secret):")
    report.show(line)
