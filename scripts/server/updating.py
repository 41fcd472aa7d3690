"""`update`: new release and new core beside the old ones; switched, looked at, or undone."""

from dataclasses import dataclass
from pathlib import Path

from scripts.server import health, links, machine, packages, services, xray
from scripts.server import release as releases
from scripts.server.commands import ask, run
from scripts.server.installing import WELL_SECONDS
from scripts.server.layout import AGENT, CORE, Layout, Wishes
from scripts.server.report import Failed, Report


@dataclass(frozen=True)
class Pair:
    """What a server runs: the project's release, and the core's program."""

    release: Path
    program: Path


def update(layout: Layout, wishes: Wishes, report: Report) -> int:
    """Raises Failed; then the old pair runs again, unless the message says otherwise."""
    old = current(layout)
    if not report.tell(machine.disk(layout.root)):
        raise Failed("nothing was changed")
    packages.put(report)
    new = Pair(releases.put(layout, wishes, report), xray.put(layout, wishes, report))
    if new == old:
        report.say("update: this is what runs already")
        return 0
    _take_precautions(layout, new, report)
    trouble = _switched(layout, new, report)
    if trouble:
        raise Failed(_undone(layout, old, report))
    _prune(layout, {old, new}, report)
    report.say(f"update: {new.release.name} runs with Xray {new.program.parent.name}")
    return 0


def current(layout: Layout) -> Pair:
    release, program = links.leads_to(layout.current), links.leads_to(layout.program)
    if release is None or program is None:
        raise Failed("no server is installed here: scripts/install-server")
    return Pair(release, program)


def _take_precautions(layout: Layout, new: Pair, report: Report) -> None:
    if not xray.config_is_good(new.program, layout.core_config):
        raise Failed("the new Xray does not accept this server's configuration; nothing changed")
    run("systemctl", "start", "keyland-backup@agent")
    report.say("update: the users' file was copied to /var/lib/keyland-backup/agent")


def _switched(layout: Layout, pair: Pair, report: Report) -> bool:
    """Whether something is wrong with it. The agent is first: its restart cuts nobody off."""
    if services.switch_release(layout, pair.release, report):
        report.say(f"update: starting the agent of {pair.release.name}")
        services.restart(AGENT)
        if not _well(layout, report):
            return True
    if links.switch(layout.program, pair.program):
        report.say(f"update: starting Xray {pair.program.parent.name}")
        services.restart(CORE)
    return not _well(layout, report)


def _well(layout: Layout, report: Report) -> bool:
    return report.tell(health.until_well(layout, WELL_SECONDS))


def _undone(layout: Layout, old: Pair, report: Report) -> str:
    """What is to be said of it."""
    report.say("update: going back")
    if links.switch(layout.program, old.program):
        services.restart(CORE)
    if services.switch_release(layout, old.release, report):
        services.restart(AGENT)
    ask("systemctl", "start", CORE)
    if _well(layout, report):
        return "the new version does not work here; the old one runs again"
    return "the new version does not work here, and the old one does not either: see above"


def _prune(layout: Layout, pairs: set[Pair], report: Report) -> None:
    """The one before stays, for a way back by hand."""
    gone = links.prune(layout.releases, {pair.release.name for pair in pairs})
    gone += links.prune(layout.cores, {pair.program.parent.name for pair in pairs})
    if gone:
        report.say(f"update: removed {', '.join(gone)}")
