"""What lies beside each other on a server's disk: packages that releases share, and what goes."""

import json
from pathlib import Path

import pytest

from scripts.server import core_plan, links, release, venvs
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Report


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def a_release(layout: Layout, name: str) -> Path:
    folder = layout.releases / name
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text("# nothing\n")
    (folder / release.WHOLE).touch()
    return folder


def test_releases_with_the_same_lock_share_their_packages_once_those_are_whole(
    layout: Layout,
) -> None:
    broken_off = layout.venvs / venvs.name_of(a_release(layout, "1") / "requirements.txt")
    (broken_off / "bin").mkdir(parents=True)

    venvs.put(layout, layout.releases / "1", Wishes(), Report(None))
    made = (broken_off / "bin/python").lstat().st_ino
    venvs.put(layout, a_release(layout, "2"), Wishes(), Report(None))

    assert release.is_whole(layout.releases / "1")
    assert release.is_whole(layout.releases / "2")
    assert (layout.releases / "2/.venv/bin/python").lstat().st_ino == made


def test_a_release_whose_python_is_gone_is_not_whole(layout: Layout) -> None:
    one = a_release(layout, "1")
    links.switch(one / venvs.LINK, layout.venvs / "python3.0-of-before")

    assert not release.is_whole(one)


def test_a_release_whose_packages_are_of_another_python_than_the_systems_is_not_whole(
    layout: Layout,
) -> None:
    venvs.put(layout, one := a_release(layout, "1"), Wishes(), Report(None))
    assert release.is_whole(one)

    packages = one / ".venv/lib" / venvs.PYTHON
    packages.rename(packages.with_name("python3.0"))  # as after the system was upgraded

    assert (one / ".venv/bin/python").exists()
    assert not release.is_whole(one)


def test_packages_that_no_release_uses_any_more_go(layout: Layout) -> None:
    for number in "12":
        (layout.venvs / number).mkdir(parents=True)
        links.switch(a_release(layout, number) / venvs.LINK, layout.venvs / number)

    assert links.prune(layout.releases, {"2"}) == ["1"]
    assert venvs.prune(layout) == ["1"]

    assert [path.name for path in layout.venvs.iterdir()] == ["2"]


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
