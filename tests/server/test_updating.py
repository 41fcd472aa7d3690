"""An update that fails or is broken off at any step ends with a whole version in force."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts.server import unfinished
from scripts.server.exchange import Pair, Running, exchange
from scripts.server.layout import Layout
from scripts.server.report import Failed, Report
from scripts.server.updating import current, replaced


class Killed(BaseException):
    """As if the machine lost its power there."""


@dataclass
class Host:
    """Services that run what was in place when they were started last."""

    layout: Layout
    units: Path | None = None
    agent: Path | None = None
    core: Path | None = None
    broken: set[Path] = field(default_factory=set)
    trouble: BaseException | None = None
    plans: dict[Path, str] = field(default_factory=dict)
    file: str = "a plan"
    core_has: str = "a plan"
    core_starts: int = 0
    refused: set[str] = field(default_factory=set)
    broken_plans: set[str] = field(default_factory=set)

    def put(self, _layout: Layout, release: Path, _report: Report) -> None:
        if release in self.broken and self.trouble:
            raise self.trouble
        self.units = release

    def restart(self, *names: str) -> None:
        if "keyland-agent" in names:
            self.agent = self.layout.current.readlink()
            self.file = self.plans.get(self.agent, self.file)
        if "keyland-core" in names:
            self.core = self.layout.program.readlink()
            self.core_has = self.file
            self.core_starts += 1

    def start(self) -> None:
        self.agent = self.agent or self.layout.current.readlink()
        self.core = self.core or self.layout.program.readlink()

    def well(self, _layout: Layout, _report: Report) -> bool:
        return not {self.agent, self.core} & self.broken and self.core_has not in self.broken_plans

    def running(self) -> Running:
        return Running(
            self.put, self.restart, self.start, self.well,
            plan=lambda _: self.file, accepts=lambda _: self.file not in self.refused,
        )  # fmt: skip

    def runs(self) -> tuple[Path | None, Path | None, Path | None]:
        return self.units, self.agent, self.core


OLD = Pair(Path("/opt/keyland-releases/1"), Path("/opt/keyland-xray/1/xray"))
NEW = Pair(Path("/opt/keyland-releases/2"), Path("/opt/keyland-xray/2/xray"))


@pytest.fixture
def host(tmp_path: Path) -> Host:
    layout = Layout(tmp_path)
    for link, target in ((layout.current, OLD.release), (layout.program, OLD.program)):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    return Host(layout, OLD.release, OLD.release, OLD.program)


def update(host: Host) -> None:
    exchange(host.layout, current(host.layout), NEW, Report(None), host.running())


def all_of(pair: Pair) -> tuple[Path, Path, Path]:
    return pair.release, pair.release, pair.program


def test_an_update_that_works_leaves_no_note(host: Host) -> None:
    update(host)

    assert host.runs() == all_of(NEW)
    assert unfinished.wrong(host.layout) == []


@pytest.mark.parametrize("trouble", [Failed("no users"), OSError(28, "No space left"), None])
def test_a_release_that_cannot_be_put_or_does_not_run_is_undone(
    host: Host, trouble: BaseException | None
) -> None:
    host.broken, host.trouble = {NEW.release}, trouble

    with pytest.raises(Failed, match="the old one runs again"):
        update(host)

    assert host.runs() == all_of(OLD)
    assert current(host.layout) == OLD
    assert unfinished.wrong(host.layout) == []


def test_a_core_that_does_not_run_is_undone(host: Host) -> None:
    host.broken = {NEW.program}

    with pytest.raises(Failed, match="the old one runs again"):
        update(host)

    assert host.runs() == all_of(OLD)


def test_an_update_that_was_killed_half_way_is_gone_on_with(host: Host) -> None:
    host.broken, host.trouble = {NEW.release}, Killed()
    with pytest.raises(Killed):
        update(host)
    assert host.runs() == all_of(OLD)
    assert unfinished.wrong(host.layout) != []

    host.broken = set()
    update(host)

    assert host.runs() == all_of(NEW)
    assert unfinished.wrong(host.layout) == []


def test_an_update_that_was_killed_half_way_still_knows_the_way_back(host: Host) -> None:
    host.broken, host.trouble = {NEW.release}, Killed()
    with pytest.raises(Killed):
        update(host)

    host.trouble = None
    with pytest.raises(Failed, match="the old one runs again"):
        update(host)

    assert host.runs() == all_of(OLD)


def test_an_installation_that_was_broken_off_is_told_to_the_next(host: Host) -> None:
    assert not unfinished.begin(host.layout)
    assert unfinished.begin(host.layout)
    assert current(host.layout) == OLD

    unfinished.end(host.layout)

    assert not unfinished.begin(host.layout)


SAME_CORE = Pair(NEW.release, OLD.program)


def another_plan(host: Host) -> None:
    host.plans = {OLD.release: "a plan", NEW.release: "another"}


def test_a_release_that_changes_the_cores_configuration_alone_is_in_force_afterwards(
    host: Host,
) -> None:
    another_plan(host)

    exchange(host.layout, OLD, SAME_CORE, Report(None), host.running())

    assert (host.core_has, host.core_starts) == ("another", 1)


def test_a_release_that_changes_nothing_of_the_cores_leaves_it_running(host: Host) -> None:
    exchange(host.layout, OLD, SAME_CORE, Report(None), host.running())

    assert (host.agent, host.core_starts) == (NEW.release, 0)


def test_a_configuration_that_the_core_refuses_cuts_nobody_off(host: Host) -> None:
    another_plan(host)
    host.refused = {"another"}

    with pytest.raises(Failed, match="the old one runs again"):
        exchange(host.layout, OLD, SAME_CORE, Report(None), host.running())

    assert (host.runs(), host.file, host.core_starts) == (all_of(OLD), "a plan", 0)


def test_a_configuration_with_which_the_core_is_not_well_is_undone(host: Host) -> None:
    another_plan(host)
    host.broken_plans = {"another"}

    with pytest.raises(Failed, match="the old one runs again"):
        exchange(host.layout, OLD, SAME_CORE, Report(None), host.running())

    assert (host.runs(), host.core_has) == (all_of(OLD), "a plan")


def test_an_agent_that_fails_after_it_wrote_another_configuration_leaves_the_core_running(
    host: Host,
) -> None:
    another_plan(host)
    host.broken = {NEW.release}

    with pytest.raises(Failed, match="the old one runs again"):
        update(host)

    assert (host.runs(), host.file, host.core_starts) == (all_of(OLD), "a plan", 0)


def test_an_xray_of_the_operators_own_choice_is_told_to_be_replaced(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    release = layout.releases / "1"
    (release / "common").mkdir(parents=True)
    (release / "common/core_release.py").write_text(f'"{"b3e5902d06d6" + "0" * 52}"')
    pinned = Pair(release, layout.cores / "26.6.27-b3e5902d06d6/xray")

    assert replaced(layout, pinned, NEW) == []
    for own in (layout.cores / "26.6.27-ffff902d06d6/xray", Path("/opt/theirs/xray")):
        [told] = replaced(layout, Pair(release, own), NEW)
        assert (str(own) in told.what, told.stops) == (True, False)
        assert replaced(layout, Pair(release, own), Pair(release, own)) == []


def test_a_program_of_somebody_elses_in_place_of_ours_is_named(host: Host) -> None:
    host.layout.program.unlink()
    host.layout.program.write_text("theirs")

    with pytest.raises(Failed, match="somebody else's"):
        current(host.layout)


def test_of_a_server_that_was_not_well_everything_is_started_anew(host: Host) -> None:
    host.core_has = "spoilt"
    host.broken_plans = {"spoilt"}

    exchange(host.layout, OLD, SAME_CORE, Report(None), host.running(), anew=True)

    assert (host.runs(), host.core_starts) == (all_of(SAME_CORE), 1)
