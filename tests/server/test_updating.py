"""An update that fails or is broken off at any step ends with a whole version in force."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scripts.server import unfinished
from scripts.server.layout import Layout
from scripts.server.report import Failed, Report
from scripts.server.updating import Pair, Running, current, exchange


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

    def put(self, _layout: Layout, release: Path, _report: Report) -> None:
        if release in self.broken and self.trouble:
            raise self.trouble
        self.units = release

    def restart(self, *names: str) -> None:
        if "keyland-agent" in names:
            self.agent = self.layout.current.readlink()
        if "keyland-core" in names:
            self.core = self.layout.program.readlink()

    def start(self) -> None:
        self.agent = self.agent or self.layout.current.readlink()
        self.core = self.core or self.layout.program.readlink()

    def well(self, _layout: Layout, _report: Report) -> bool:
        return not {self.agent, self.core} & self.broken

    def running(self) -> Running:
        return Running(self.put, self.restart, self.start, self.well)

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
