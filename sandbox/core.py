"""Finds a VPN core, or gets Debian's: `python -m sandbox.core [--get]` says which one is used.

Looked for, in this order: the binary given as XRAY_BIN; `xray` on the PATH; `.runtime/core/xray`
(an official release); `v2ray` on the PATH; `.runtime/core/v2ray`, Debian's package unpacked there.
When there is none, `--get` gets the pinned release into `.runtime/core/xray`, or, where that cannot
be reached, Debian's package.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from typing_extensions import override

from common.core_release import ARCHIVES, PLACE, Archive, BadRelease, check, fetch, unpack
from sandbox.ending import leave_when_told

RUNTIME = Path(__file__).resolve().parents[1] / ".runtime"
_ANSWER_SECONDS = 20
_SILENCE_SECONDS = 10.0
_PACKAGE_SECONDS = 300
_NAMES: dict[str, Literal["xray", "v2ray"]] = {"Xray": "xray", "V2Ray": "v2ray"}
_VERSION = re.compile(r"(Xray|V2Ray) v?([0-9][0-9.]*)")


class CoreNotFound(Exception):
    """No usable core; the message says what to do about it."""


@dataclass(frozen=True)
class Core:
    path: Path
    kind: Literal["xray", "v2ray"]
    version: str

    @override
    def __str__(self) -> str:
        name = "Xray" if self.kind == "xray" else "v2ray"
        return f"{name} {self.version} ({self.path})"

    def run_command(self, config: Path) -> list[str]:
        """What starts this core in the foreground with a configuration file."""
        if self.kind == "xray":
            return [str(self.path), "run", "-c", str(config)]
        return [str(self.path), "-config", str(config)]


def find_core(xray_bin: str, search_path: str, runtime: Path = RUNTIME) -> Core | None:
    """The first core that answers with its version; None when there is none.

    Raises CoreNotFound when `xray_bin` is given and does not work: a wish is not passed over.
    """
    if xray_bin:
        given = _ask(Path(xray_bin), "version")
        if given is None:
            raise CoreNotFound(f"XRAY_BIN={xray_bin} is not an Xray that runs here")
        return given
    xray_on_path = shutil.which("xray", path=search_path)
    v2ray_on_path = shutil.which("v2ray", path=search_path)
    places = [
        (xray_on_path and Path(xray_on_path), "version"),
        (runtime / "core" / "xray", "version"),
        (v2ray_on_path and Path(v2ray_on_path), "-version"),
        (_unpacked(runtime), "-version"),
    ]
    answers = (_ask(path, question) for path, question in places if path)
    return next((core for core in answers if core is not None), None)


def get_core(xray_bin: str, search_path: str, runtime: Path = RUNTIME) -> Core:
    """A core that is here, else Debian's `v2ray` unpacked beside the project; needs no root.

    The package is not installed: its service would open a proxy on 127.0.0.1:1080.
    """
    found = find_core(xray_bin, search_path, runtime)
    if found is not None:
        return found
    if shutil.which("apt-get", path=search_path) is None:
        raise CoreNotFound("no VPN core: put an Xray release at .runtime/core/xray")
    print("core: unpacking Debian's v2ray into .runtime/core/v2ray", flush=True)
    _unpack_debian_package(runtime, search_path)
    core = _ask(_unpacked(runtime), "-version")
    if core is None:
        raise CoreNotFound("Debian's v2ray was unpacked but does not run")
    return core


def get_pinned(
    runtime: Path = RUNTIME, place: str = PLACE, archives: Mapping[str, Archive] = ARCHIVES
) -> Core | None:
    """The pinned release of Xray, if it can be had from there and is what it should be."""
    archive = archives.get(platform.machine())
    if archive is None:
        return None
    target = runtime / "core" / "xray"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        got, made = Path(scratch) / archive.name, Path(scratch) / "made"
        try:
            fetch(archive.url(place), got, _SILENCE_SECONDS)
            check(got, archive.sha256)
            unpack(got, made)
        except BadRelease as trouble:
            print(f"core: no Xray: {trouble}", flush=True)
            return None
        made.replace(target)
    return _ask(target, "version")


def _unpacked(runtime: Path) -> Path:
    return runtime / "core" / "v2ray" / "usr" / "bin" / "v2ray"


def _ask(binary: Path, question: str) -> Core | None:
    """Who a binary says it is; None when it is missing, of another machine, or something else."""
    try:
        answer = subprocess.run(
            [str(binary), question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = _VERSION.match(answer.stdout)
    if answer.returncode != 0 or said is None:
        return None
    return Core(binary, _NAMES[said[1]], said[2])


def _unpack_debian_package(runtime: Path, search_path: str) -> None:
    """Apt checks the package against Debian's signed lists; a rename makes it appear whole."""
    place = runtime / "core"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        _download(Path(scratch), search_path)
        [package] = Path(scratch).glob("v2ray_*.deb")
        unpacked = Path(scratch) / "unpacked"
        _run(["dpkg", "-x", str(package), str(unpacked)], Path(scratch), search_path)
        try:
            unpacked.rename(place / "v2ray")
        except OSError:
            if not _unpacked(runtime).exists():  # else another process was faster
                raise


def _download(scratch: Path, search_path: str) -> None:
    try:
        _run(["apt-get", "download", "v2ray"], scratch, search_path)
    except CoreNotFound:
        if os.geteuid() != 0:
            raise
        print("core: refreshing the package lists", flush=True)
        _run(["apt-get", "update"], scratch, search_path)
        _run(["apt-get", "download", "v2ray"], scratch, search_path)


def _run(command: list[str], folder: Path, search_path: str) -> None:
    """Raises CoreNotFound with the tool's own words."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={"PATH": search_path, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PACKAGE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise CoreNotFound(f"{command[0]}: {trouble}") from None
    if done.returncode != 0:
        raise CoreNotFound(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-500:]}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.core", description=__doc__)
    parser.add_argument("--get", action="store_true", help="get one when there is none")
    wanted = parser.parse_args()
    leave_when_told(130)
    environment = os.environ  # noqa: TID251  this is the entry of `python -m sandbox.core`
    xray_bin, search_path = environment.get("XRAY_BIN", ""), environment.get("PATH", "")
    try:
        core = find_core(xray_bin, search_path)
        if core is None and wanted.get:
            core = get_pinned() or get_core(xray_bin, search_path)
    except CoreNotFound as trouble:
        print(f"core: {trouble}", file=sys.stderr)
        return 1
    print(f"core: {core or 'none; --get unpacks v2ray from Debian'}")
    return 0 if core else 1


if __name__ == "__main__":
    sys.exit(main())
