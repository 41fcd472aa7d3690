"""The pair that runs is exchanged for another one, which is looked at, or undone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.server import core_plan, health, links, services, unfinished, xray
from scripts.server.installing import WELL_SECONDS
from scripts.server.layout import AGENT, CORE, Layout
from scripts.server.report import Failed, Report


@dataclass(frozen=True)
class Pair:
    """What a server runs: the project's release, and the core's program."""

    release: Path
    program: Path


@dataclass(frozen=True)
class Running:
    """What is done to services, and known of them. `put` raises Failed; `plan` is what the core
    would be started with now, users aside, and `accepts` whether that program takes it.
    """

    put: Callable[[Layout, Path, Report], None] = services.put
    restart: Callable[..., None] = services.restart
    start: Callable[[], None] = services.start
    well: Callable[[Layout, Report], bool] = lambda layout, report: report.tell(
        health.until_well(layout, WELL_SECONDS)
    )
    plan: Callable[[Layout], str] = core_plan.digest
    accepts: Callable[[Layout], bool] = lambda layout: xray.config_is_good(
        layout.program, layout.core_config
    )


def exchange(
    layout: Layout, old: Pair, new: Pair, report: Report, running: Running, *, anew: bool = False
) -> None:
    """Broken off anywhere, it is gone on with by the next update. Raises Failed, after going
    back unless the message says otherwise. `anew`: what does not change is started anew, too.
    """
    again = unfinished.begin(layout, (old.release, old.program)) or anew
    way = _Way(layout, old, report, running, again=again)
    if _tried(way.forth, new, report):
        unfinished.end(layout)
        return
    report.say("update: going back")
    if not _tried(way.back, old, report):
        told = "the new version does not work here, and the old one does not either: see above"
        raise Failed(f"{told}, and run it again")
    unfinished.end(layout)
    raise Failed("the new version does not work here; the old one runs again")


def _tried(way: Callable[[Pair], bool], pair: Pair, report: Report) -> bool:
    try:
        return way(pair)
    except (Failed, OSError) as trouble:  # a full disk, say
        report.say(f"WRONG  {trouble}")
        return False


class _Way:
    """`again`: what runs is not known, so everything is started anew."""

    def __init__(
        self, layout: Layout, old: Pair, report: Report, running: Running, *, again: bool
    ) -> None:
        self._layout, self._report, self._running = layout, report, running
        self._again = again
        self._core_has: tuple[Path | None, str] = (old.program, running.plan(layout))

    def forth(self, pair: Pair) -> bool:
        """The agent is first: its restart cuts nobody off. It tests the core's file with the
        program that will read it, so that link is switched before.
        """
        links.switch(self._layout.program, pair.program)
        if self._agent(pair) and not self._again and not self._well():
            return False  # with a core that may be ill already, both are looked at together
        if self._again or self._core_now() != self._core_has:
            if not self._running.accepts(self._layout):
                self._report.say("WRONG  the new Xray does not accept the core's configuration")
                return False
            self._core()
        return self._well()

    def back(self, pair: Pair) -> bool:
        """The core is first if it has another program: customers wait for it."""
        links.switch(self._layout.program, pair.program)
        if self._again or self._core_has[0] != pair.program:
            self._core()
        self._agent(pair)
        if self._core_now() != self._core_has:
            self._core()
        self._running.start()
        return self._well()

    def _agent(self, pair: Pair) -> bool:
        """Whether it was started anew; it writes the core's file then."""
        if not links.switch(self._layout.current, pair.release) and not self._again:
            return False
        self._running.put(self._layout, pair.release, self._report)
        self._report.say(f"update: starting the agent of {pair.release.name}")
        self._running.restart(AGENT)
        return True

    def _core_now(self) -> tuple[Path | None, str]:
        """The program and the plan that it would have if it were started now."""
        return links.leads_to(self._layout.program), self._running.plan(self._layout)

    def _core(self) -> None:
        program, plan = self._core_now()
        name = program.parent.name if program else "?"
        other = " with another configuration" if plan != self._core_has[1] else ""
        self._report.say(f"update: starting Xray {name}{other}; all reconnect within a second")
        self._core_has = program, plan
        self._running.restart(CORE)

    def _well(self) -> bool:
        return self._running.well(self._layout, self._report)
