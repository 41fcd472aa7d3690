"""Which core is taken, proven with the real binaries where they can be had."""

import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.core import Core, CoreNotFound, find_core, get_core

ROOT = Path(__file__).parents[2]
UNPACKED = ROOT / ".runtime/core/v2ray/usr/bin/v2ray"
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def saying(path: Path, version_line: str) -> Path:
    """A binary that tells its version and can do nothing else."""
    return script(path, f'echo "{version_line}"')


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "bin", tmp_path / "runtime"


def test_nothing_is_found_where_nothing_is(folders: tuple[Path, Path]) -> None:
    path, runtime = folders
    assert find_core("", str(path), runtime) is None


def test_the_places_are_looked_at_in_order(folders: tuple[Path, Path], tmp_path: Path) -> None:
    path, runtime = folders
    places = [
        saying(runtime / "core/v2ray/usr/bin/v2ray", "V2Ray 4.34.0 (V2Fly) Custom"),
        saying(path / "v2ray", "V2Ray 4.45.2 (V2Fly) Custom"),
        saying(runtime / "core/xray", "Xray 26.6.27 (Xray, Penetrates Everything.) Custom"),
        saying(path / "xray", "Xray 26.7.28 (Xray, Penetrates Everything.) Custom"),
    ]
    wish = saying(tmp_path / "wish", "Xray 26.7.11 (Xray, Penetrates Everything.) Custom")

    assert find_core(str(wish), str(path), runtime) == Core(wish, "xray", "26.7.11")
    versions = []
    for best in reversed(places):
        found = find_core("", str(path), runtime)
        assert found is not None
        assert found.path == best
        versions.append((found.kind, found.version))
        best.unlink()
    assert versions == [
        ("xray", "26.7.28"),
        ("xray", "26.6.27"),
        ("v2ray", "4.45.2"),
        ("v2ray", "4.34.0"),
    ]


@pytest.mark.parametrize("body", ["exit 1", "echo something else", "echo Xray 1.8.0; exit 3"])
def test_a_binary_that_does_not_work_is_passed_over(folders: tuple[Path, Path], body: str) -> None:
    path, runtime = folders
    script(path / "xray", body)
    fallback = saying(runtime / "core/xray", "Xray 26.6.27 (Xray) Custom")

    found = find_core("", str(path), runtime)

    assert found is not None
    assert found.path == fallback


def test_a_wish_that_does_not_work_is_not_passed_over(folders: tuple[Path, Path]) -> None:
    path, runtime = folders
    saying(path / "xray", "Xray 26.6.27 (Xray) Custom")
    with pytest.raises(CoreNotFound, match="XRAY_BIN"):
        find_core(str(path / "absent"), str(path), runtime)


def test_without_a_core_and_without_apt_it_says_what_to_do(folders: tuple[Path, Path]) -> None:
    path, runtime = folders
    with pytest.raises(CoreNotFound, match=r"\.runtime/core/xray"):
        get_core("", str(path), runtime)


def test_a_package_manager_that_fails_is_quoted(folders: tuple[Path, Path]) -> None:
    path, runtime = folders
    script(path / "apt-get", "echo E: no network >&2; exit 100")
    with pytest.raises(CoreNotFound, match="E: no network"):
        get_core("", f"{path}", runtime)
    assert list((runtime / "core").iterdir()) == []


def test_each_kind_is_started_its_own_way() -> None:
    config = Path("/etc/config.json")
    assert Core(Path("/x"), "xray", "1").run_command(config) == ["/x", "run", "-c", str(config)]
    assert Core(Path("/v"), "v2ray", "4").run_command(config) == ["/v", "-config", str(config)]


def test_the_command_tells_which_core_it_is(folders: tuple[Path, Path]) -> None:
    path, _ = folders
    xray = saying(path / "xray", "Xray 26.6.27 (Xray) Custom")
    told = subprocess.run(
        [sys.executable, "-m", "sandbox.core"],
        cwd=ROOT,
        env={"PATH": f"{path}:{SYSTEM}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"core: Xray 26.6.27 ({xray})\n"


@pytest.mark.skipif(shutil.which("xray") is None, reason="no xray on the PATH")
def test_a_real_xray_takes_the_command_line(tmp_path: Path) -> None:
    core = find_core("", str(Path(shutil.which("xray") or "").parent), tmp_path)
    assert core is not None
    assert core.kind == "xray"
    starts_and_listens(core, tmp_path)


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="no Debian package manager")
def test_debians_package_is_unpacked_and_runs(tmp_path: Path) -> None:
    """Unpacks anew only where the project has not got it yet; never installs anything."""
    runtime = ROOT / ".runtime" if UNPACKED.exists() else tmp_path
    try:
        core = get_core("", SYSTEM, runtime)
    except CoreNotFound as trouble:
        pytest.skip(f"Debian's package cannot be had here: {trouble}")
    assert core.kind == "v2ray"
    assert core.version.startswith("4.")
    assert get_core("", SYSTEM, runtime) == core
    starts_and_listens(core, tmp_path)


def starts_and_listens(core: Core, folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "config.json"
    inbound = {"listen": "127.0.0.1", "port": port, "protocol": "http"}
    config.write_text(json.dumps({"inbounds": [inbound], "outbounds": [{"protocol": "freedom"}]}))
    with subprocess.Popen(
        core.run_command(config), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for_listener(port, process)
        finally:
            process.kill()


def wait_for_listener(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None, "the core stopped"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the core does not listen")
