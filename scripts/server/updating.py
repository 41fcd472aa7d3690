"""`update`: new release and new core beside the old ones; switched, looked at, or undone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.server import health, links, machine, packages, services, unfinished, xray
from scripts.server import release as releases
from scripts.server.commands import run
from scripts.server.installing import WELL_SECONDS
from scripts.server.layout import AGENT, CORE, Layout, Wishes
from scripts.server.report import Failed, Report


@dataclass(frozen=True)
class Pair:
    """What a server runs: the project's release, and the core's program."""

    release: Path
    program: Path


@dataclass(frozen=True)
class Running:
    """What is done to services, and known of them. `put` raises Failed."""

    put: Callable[[Layout, Path, Report], None] = services.put
    restart: Callable[..., None] = services.restart
    start: Callable[[], None] = services.start
    well: Callable[[Layout, Report], bool] = lambda layout, report: report.tell(
        health.until_well(layout, WELL_SECONDS)
    )


def update(layout: Layout, wishes: Wishes, report: Report) -> int:
    """Raises Failed; then the old pair runs again, unless the message says otherwise."""
    old = current(layout)
    if not report.tell(machine.disk(layout.root)):
        raise Failed("nothing was changed")
    packages.put(report)
    new = Pair(releases.put(layout, wishes, report), xray.put(layout, wishes, report))
    if new == old and not layout.unfinished.exists():
        report.say("update: this is what runs already")
        return 0
    _take_precautions(layout, new, report)
    exchange(layout, old, new, report, Running())
    _prune(layout, {old, new}, report)
    report.say(f"update: {new.release.name} runs with Xray {new.program.parent.name}")
    return 0


def current(layout: Layout) -> Pair:
    """What an update that was broken off began with, if there is one. Raises Failed."""
    if len(noted := unfinished.before(layout)) == 2:  # noqa: PLR2004 -- a pair
        return Pair(*noted)
    release, program = links.leads_to(layout.current), links.leads_to(layout.program)
    if release is None or program is None:
        raise Failed("no server is installed here: scripts/install-server")
    return Pair(release, program)


def _take_precautions(layout: Layout, new: Pair, report: Report) -> None:
    if not xray.config_is_good(new.program, layout.core_config):
        raise Failed("the new Xray does not accept this server's configuration; nothing changed")
    run("systemctl", "start", "keyland-backup@agent")
    report.say("update: the users' file was copied to /var/lib/keyland-backup/agent")


def exchange(layout: Layout, old: Pair, new: Pair, report: Report, running: Running) -> None:
    """Broken off anywhere, it is gone on with by the next update. Raises Failed, after going
    back unless the message says otherwise.
    """
    again = unfinished.begin(layout, (old.release, old.program))
    if _tried(_forth, layout, new, report, running, again=again):
        unfinished.end(layout)
        return
    report.say("update: going back")
    if not _tried(_back, layout, old, report, running, again=again):
        told = "the new version does not work here, and the old one does not either: see above"
        raise Failed(f"{told}, and run it again")
    unfinished.end(layout)
    raise Failed("the new version does not work here; the old one runs again")


def _tried(
    way: Callable[..., bool],
    layout: Layout,
    pair: Pair,
    report: Report,
    running: Running,
    *,
    again: bool,
) -> bool:
    try:
        return way(layout, pair, report, running, again=again)
    except (Failed, OSError) as trouble:  # a full disk, say
        report.say(f"WRONG  {trouble}")
        return False


def _forth(layout: Layout, pair: Pair, report: Report, running: Running, *, again: bool) -> bool:
    """The agent is first: its restart cuts nobody off."""
    if links.switch(layout.current, pair.release) or again:
        running.put(layout, pair.release, report)
        report.say(f"update: starting the agent of {pair.release.name}")
        running.restart(AGENT)
        if not running.well(layout, report):
            return False
    if links.switch(layout.program, pair.program) or again:
        report.say(f"update: starting Xray {pair.program.parent.name}")
        running.restart(CORE)
    return running.well(layout, report)


def _back(layout: Layout, pair: Pair, report: Report, running: Running, *, again: bool) -> bool:
    if links.switch(layout.program, pair.program) or again:
        running.restart(CORE)
    if links.switch(layout.current, pair.release) or again:
        running.put(layout, pair.release, report)
        running.restart(AGENT)
    running.start()
    return running.well(layout, report)


def _prune(layout: Layout, pairs: set[Pair], report: Report) -> None:
    """The one before stays, for a way back by hand."""
    gone = links.prune(layout.releases, {pair.release.name for pair in pairs})
    gone += links.prune(layout.cores, {pair.program.parent.name for pair in pairs})
    if gone:
        report.say(f"update: removed {', '.join(gone)}")
