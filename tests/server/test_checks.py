"""Each check of a machine fails once, by something real, and says what to do."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from common.core_release import VERSION
from scripts.server import addresses, machine, outbound, ports, release, xray
from scripts.server.layout import Layout, Wishes
from scripts.server.planning import made
from scripts.server.report import Failed, Problem, Report

GIGABYTE = 1024 * 1024


def stops(problems: list[Problem]) -> list[str]:
    return [problem.what for problem in problems if problem.stops]


def test_root_is_needed() -> None:
    assert machine.root(0) == []
    assert "sudo" in machine.root(1000)[0].todo


@pytest.mark.parametrize(
    ("text", "python", "good"),
    [
        ('ID=debian\nVERSION_ID="12"\n', (3, 11), True),
        ('ID=debian\nVERSION_ID="13"\n', (3, 13), True),
        ('ID=ubuntu\nVERSION_ID="24.04"\n', (3, 12), True),
        ('ID=ubuntu\nVERSION_ID="22.04"\n', (3, 10), False),
        ('ID=debian\nVERSION_ID="11"\n', (3, 9), False),
        ('ID=debian\nVERSION_ID="12"\n', (3, 10), False),
        ('ID="centos"\nVERSION_ID="9"\n', (3, 11), False),
        ("ID=debian\n", (3, 11), False),
        ("", (3, 11), False),
    ],
)
def test_the_system_must_be_one_of_those_the_units_are_made_for(
    tmp_path: Path, text: str, python: tuple[int, int], *, good: bool
) -> None:
    file = tmp_path / "os-release"
    file.write_text(text)

    assert (stops(machine.system(file, python)) == []) is good


def test_a_processor_without_a_pinned_release_or_without_aes_is_refused(tmp_path: Path) -> None:
    plain, fast = tmp_path / "plain", tmp_path / "fast"
    plain.write_text("flags\t\t: fpu vme sse2\n")
    fast.write_text("flags\t\t: fpu vme sse2 aes avx\n")

    assert machine.processor("x86_64", fast, 2) == []
    assert "no AES" in stops(machine.processor("x86_64", plain, 2))[0]
    assert "riscv64" in stops(machine.processor("riscv64", fast, 2))[0]


def test_one_core_is_told_and_is_enough(tmp_path: Path) -> None:
    arm = tmp_path / "arm"
    arm.write_text("Features\t: fp asimd aes pmull\n")

    [told] = machine.processor("aarch64", arm, 1)

    assert not told.stops


@pytest.mark.parametrize(
    ("kilobytes", "refused", "told"),
    [(4 * GIGABYTE, False, 0), (500 * 1024, False, 1), (256 * 1024, True, 1)],
)
def test_too_little_memory_is_refused(
    tmp_path: Path, kilobytes: int, *, refused: bool, told: int
) -> None:
    file = tmp_path / "meminfo"
    file.write_text(f"MemTotal:       {kilobytes} kB\nMemFree: 1 kB\n")

    problems = machine.memory(file)

    assert (bool(stops(problems)), len(problems)) == (refused, told)


def test_too_small_a_disk_is_refused(tmp_path: Path) -> None:
    assert machine.disk(tmp_path, least=1) == []
    assert "MB left" in stops(machine.disk(tmp_path, least=2**60))[0]


def test_a_missing_program_is_named_with_its_package() -> None:
    assert machine.programs(("sh",)) == []
    assert "is missing" in machine.programs(("no-such-program",))[0].what


@pytest.mark.skipif(not shutil.which("ss"), reason="ss is missing: ports NOT TRIED")
def test_a_port_that_is_taken_is_told_with_its_owner() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        [problem] = ports.free(port)
        ours = ports.free(port, ours=lambda pid: pid == os.getpid())

    assert f"process {os.getpid()}" in problem.what
    assert ours == []
    assert ports.free(port) == []


def test_an_address_behind_another_is_refused_unless_it_was_given() -> None:
    assert addresses.usable("203.0.114.9", given=False) == []
    assert "--address" in addresses.usable("10.0.0.5", given=False)[0].todo
    assert addresses.usable("10.0.0.5", given=True) == []
    assert addresses.usable("vpn.example.org", given=True) != []
    assert addresses.usable("", given=False) != []


def test_ipv6_works_only_where_somebody_is_reached_over_it() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]
        assert addresses.ipv6_works((f"[::1]:{port}",))

    assert not addresses.ipv6_works((f"[::1]:{port}", f"127.0.0.1:{port}", "nonsense"))
    assert outbound.strategy(works=True) == "ForceIPv6v4"
    assert outbound.strategy(works=False) == "ForceIPv4"


def test_a_foreign_xray_or_a_clone_in_the_way_is_told_and_ours_is_not(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert xray.foreign(layout) == release.foreign(layout) == []
    layout.program.parent.mkdir(parents=True)
    layout.program.write_text("theirs")
    layout.current.mkdir(parents=True)

    assert "mv" in xray.foreign(layout)[0].todo
    assert "mv" in release.foreign(layout)[0].todo

    theirs = layout.program.rename(tmp_path / "theirs")
    layout.program.symlink_to(theirs)
    assert "mv" in xray.foreign(layout)[0].todo

    layout.program.unlink()
    ours = layout.cores / VERSION / "xray"
    ours.parent.mkdir(parents=True)
    ours.touch()
    layout.program.symlink_to(ours)
    layout.current.rmdir()
    layout.current.symlink_to(tmp_path)
    assert xray.foreign(layout) == release.foreign(layout) == []


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_changed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    layout = Layout(tmp_path / "machine")
    layout.releases.parent.mkdir(parents=True)
    wishes = Wishes(address="no address", main_addresses=("nobody",), target="no:such:target")

    with Report(log) as report, pytest.raises(Failed, match="nothing was changed"):
        made(layout, wishes, report)

    said = log.read_text()
    assert all(word in said for word in ("--address", "--main-address", "--target"))
    assert [path.name for path in layout.root.rglob("*")] == ["opt"]
    assert log.stat().st_mode & 0o777 == 0o600


def test_an_old_python_is_told_in_words_and_not_by_its_own_trouble(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.12\nexit 1\n')
    old.chmod(0o755)

    done = subprocess.run(
        [release.PROJECT / "scripts/install-server"], env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (1, "")
    assert "3.11 or newer is missing (Python 3.10.12)" in done.stdout
