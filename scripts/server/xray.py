"""The core: got, checked against its pin, kept beside other versions."""

import os
import platform
import re
import tempfile
from pathlib import Path

from common.core_release import ARCHIVES, PLACE, VERSION, BadRelease, check, fetch, unpack
from scripts.server import links
from scripts.server.commands import ask
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Failed, Problem, Report

SAYS = re.compile(r"^Xray v?([0-9][0-9.]*)")
PRIVATE = re.compile(r"^Private ?[Kk]ey:\s*([A-Za-z0-9_-]{43})\s*$", re.MULTILINE)


def foreign(layout: Layout) -> list[Problem]:
    """Somebody else's program where ours is to stand."""
    program = layout.program
    if not program.exists() or layout.cores in (links.leads_to(program) or program).parents:
        return []
    return [
        Problem(
            f"there is another {program} already",
            f"if nothing else uses it: mv {program} {program}.old",
        )
    ]


def put(layout: Layout, wishes: Wishes, report: Report) -> Path:
    """The program, checked and beside the others; it is not yet the one in use. Raises Failed."""
    try:
        return _put(layout, wishes, report)
    except (BadRelease, OSError) as trouble:
        raise Failed(f"Xray {VERSION}: {trouble}\n{_advice(wishes)}") from None


def _put(layout: Layout, wishes: Wishes, report: Report) -> Path:
    archive = ARCHIVES[platform.machine()]
    wanted = wishes.xray_sha256.lower() or archive.sha256
    program = layout.cores / f"{VERSION}-{wanted[:12]}" / "xray"
    if program.is_file():
        report.say(f"Xray: {program.parent.name} is there")
        return program
    layout.cores.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=layout.cores, prefix=".getting-") as scratch:
        got = wishes.xray
        if got is None:
            got = Path(scratch) / archive.name
            url = archive.url(wishes.mirror or PLACE)
            report.say(f"Xray: getting {url}")
            fetch(url, got)
        check(got, wanted)
        fresh = Path(scratch) / "made"
        fresh.mkdir()
        fresh.chmod(0o755)
        unpack(got, fresh / "xray")
        _runs(fresh / "xray")
        os.sync()  # it is not looked at again
        fresh.rename(program.parent)
    report.say(f"Xray: {program.parent.name} is right by its sha256, and runs here")
    return program


def _runs(program: Path) -> None:
    said = ask(str(program), "version")
    found = SAYS.match(said.out)
    if said.code or not found:
        raise BadRelease(f"it does not run here: {said.words[:200]}")
    if found[1] != VERSION:
        raise BadRelease(f"it says that it is {found[1]}")


def _advice(wishes: Wishes) -> str:
    if wishes.xray:
        return "take the zip of the release page, unchanged (or give --xray-sha256 with its sum)"
    name = ARCHIVES[platform.machine()].name
    return f"get {name} elsewhere, bring it here, and say --xray {name}; or --mirror URL"


def new_private_key(program: Path) -> str:
    """As `xray x25519` of any version prints it. Raises Failed."""
    said = ask(str(program), "x25519")
    private = PRIVATE.search(said.out)
    if said.code or not private:
        raise Failed("xray x25519 did not say a key")
    return private[1]


def config_is_good(program: Path, config: Path) -> bool:
    return ask(str(program), "run", "-test", "-c", str(config)).code == 0
