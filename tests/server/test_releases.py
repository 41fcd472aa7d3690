"""What lies beside each other on a server's disk: packages that releases share, and what goes."""

import json
import shutil
from pathlib import Path

import pytest

from scripts.server import core_plan, links, release, venvs
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Report


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def a_release(layout: Layout, name: str, requirements: str = "# nothing\n") -> Path:
    folder = layout.releases / name
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text(requirements)
    venvs.put(layout, folder, Wishes(), Report(None))
    (folder / release.WHOLE).touch()
    return folder


def test_releases_with_the_same_lock_share_their_packages(layout: Layout) -> None:
    one = a_release(layout, "1")
    made = (one / ".venv/bin/python").lstat().st_ino
    two = a_release(layout, "2")

    assert (one / ".venv").readlink() == (two / ".venv").readlink()
    assert (two / ".venv/bin/python").lstat().st_ino == made
    assert release.is_whole(two)


def test_packages_whose_making_was_broken_off_are_made_anew(layout: Layout) -> None:
    venv = (a_release(layout, "1") / ".venv").readlink()
    (venv / venvs.WHOLE).unlink()
    (venv / "bin/python").unlink()

    two = a_release(layout, "2")

    assert (two / ".venv/bin/python").exists()


def test_a_release_whose_python_is_gone_is_not_whole(layout: Layout) -> None:
    one = a_release(layout, "1")
    shutil.rmtree((one / ".venv").readlink() / "bin")

    assert not release.is_whole(one)


def test_packages_that_no_release_uses_any_more_go(layout: Layout) -> None:
    a_release(layout, "1", "# of before\n")
    kept = (a_release(layout, "2") / ".venv").readlink()

    assert links.prune(layout.releases, {"2"}) == ["1"]
    [gone] = venvs.prune(layout)

    assert gone != kept.name
    assert list(layout.venvs.iterdir()) == [kept]


def test_what_is_half_removed_does_not_pass_for_whole(layout: Layout) -> None:
    half = layout.releases / f"{links.GONE}1"
    half.mkdir(parents=True)
    (layout.releases / "2").mkdir()

    assert links.prune(layout.releases, {"2"}) == []

    assert [path.name for path in layout.releases.iterdir()] == ["2"]


def test_users_are_no_part_of_what_the_core_is_started_with(layout: Layout) -> None:
    def seen(users: int, target: str) -> str:
        layout.core_config.parent.mkdir(parents=True, exist_ok=True)
        clients = [{"id": str(number)} for number in range(users)]
        inbound = {"settings": {"clients": clients}, "target": target}
        layout.core_config.write_text(json.dumps({"inbounds": [inbound]}))
        return core_plan.digest(layout)

    assert core_plan.digest(layout) == ""
    assert seen(1, "one") == seen(5, "one") != seen(1, "two")
