"""`update`: new release and new core beside the old ones; switched, looked at, or undone."""

import re

from scripts.server import firewall, health, links, machine, packages, unfinished, venvs, xray
from scripts.server import release as releases
from scripts.server.commands import run
from scripts.server.exchange import Pair, Running, exchange
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Failed, Problem, Report

SICK_SECONDS = 15.0
"""So long somebody's restart of a moment ago may take to settle."""


def update(layout: Layout, wishes: Wishes, report: Report) -> int:
    """Raises Failed; then the old pair runs again, unless the message says otherwise."""
    old = current(layout)
    sick = _is_sick(layout, wishes, report)
    if not report.tell(machine.disk(layout.root)):
        raise Failed("nothing was changed")
    packages.put(report)
    new = Pair(releases.put(layout, wishes, report), xray.put(layout, wishes, report))
    if new == old and not sick and not layout.unfinished.exists():
        firewall.put(layout, firewall.main_addresses(layout), report)
        report.say("update: this is what runs already")
        return 0
    _take_precautions(layout, new, report)
    report.tell(replaced(layout, old, new))
    exchange(layout, old, new, report, Running(), anew=sick)
    firewall.put(layout, firewall.main_addresses(layout), report)
    _prune(layout, {old, new}, report)
    report.say(f"update: {new.release.name} runs with Xray {new.program.parent.name}")
    return 0


def current(layout: Layout) -> Pair:
    """What an update that was broken off began with, if there is one. Raises Failed."""
    if len(noted := unfinished.before(layout)) == 2:  # noqa: PLR2004 -- a pair
        return Pair(*noted)
    release, program = links.leads_to(layout.current), links.leads_to(layout.program)
    if release is not None and program is None and layout.program.exists():
        raise Failed(
            f"{layout.program} is a program of somebody else's now, and no link to ours: if nothing"
            f" else uses it, mv {layout.program} {layout.program}.old and scripts/install-server"
        )
    if release is None or program is None:
        raise Failed("no server is installed here: scripts/install-server")
    return Pair(release, program)


def _is_sick(layout: Layout, wishes: Wishes, report: Report) -> bool:
    """Afterwards nobody could tell what the update broke, and the way back would lead to what is
    broken already. One that was broken off is gone on with. Raises Failed.
    """
    if layout.unfinished.exists() or report.tell(health.until_well(layout, SICK_SECONDS)):
        return False
    if not wishes.force:
        raise Failed(
            "this server is not well as it is, so nothing was changed: put that right first"
            " (scripts/install-server doctor), or update it all the same with --force"
        )
    report.say("update: going on all the same (--force)")
    return True


def _take_precautions(layout: Layout, new: Pair, report: Report) -> None:
    if not xray.config_is_good(new.program, layout.core_config):
        raise Failed("the new Xray does not accept this server's configuration; nothing changed")
    run("systemctl", "start", "keyland-backup@agent")
    report.say("update: the users' file was copied to /var/lib/keyland-backup/agent")


def replaced(layout: Layout, old: Pair, new: Pair) -> list[Problem]:
    """An Xray of the operator's own choice, of which he is told that it goes."""
    if old.program == new.program or _was_pinned(layout, old):
        return []
    return [
        Problem(
            f"the Xray in use, {old.program}, is not the one pinned by its release; the pinned one"
            " takes its place",
            "to keep yours: give --xray and --xray-sha256 again; it stays on the disk until the"
            " next update",
            stops=False,
        )
    ]


def _was_pinned(layout: Layout, old: Pair) -> bool:
    """By the sums that stand in the release itself."""
    if layout.cores not in old.program.parents:
        return False
    digest = old.program.parent.name.rpartition("-")[2]
    try:
        pins = (old.release / "common/core_release.py").read_text()
    except OSError:
        return True  # a release that is gone cannot say
    return re.search(rf'"{re.escape(digest)}[0-9a-f]*"', pins) is not None


def _prune(layout: Layout, pairs: set[Pair], report: Report) -> None:
    """The one before stays, for a way back by hand."""
    gone = links.prune(layout.releases, {pair.release.name for pair in pairs})
    gone += links.prune(layout.cores, {pair.program.parent.name for pair in pairs})
    gone += venvs.prune(layout)
    if gone:
        report.say(f"update: removed {', '.join(gone)}")
