"""The locked Python packages: one environment a lock and a Python, shared by the releases that have
the same, so that a new release costs neither minutes nor room.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from scripts.server import links
from scripts.server.commands import run
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Report

WHOLE = ".complete"
LINK = ".venv"
PIP_SECONDS = 1800.0
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def name_of(requirements: Path) -> str:
    """A Python of another version has other packages; its own place is part of each."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{PYTHON}-{digest[:12]}"


def put(layout: Layout, release: Path, wishes: Wishes, report: Report) -> None:
    """Raises Failed."""
    requirements = release / "requirements.txt"
    venv = layout.venvs / name_of(requirements)
    if whole(venv):
        report.say(f"project: its Python packages are there ({venv.name})")
    else:
        report.say("project: installing its Python packages (some minutes on a small machine)")
        _make(venv, requirements, wishes)
    links.switch(release / LINK, venv)


def whole(venv: Path) -> bool:
    """Made to its end, and by a Python that is still there."""
    return (venv / WHOLE).is_file() and fits(venv)


def fits(venv: Path) -> bool:
    """Its program is a link to the system's, which after an upgrade of that is another Python, one
    that looks for its packages elsewhere.
    """
    return (venv / "bin/python").exists() and (venv / "lib" / PYTHON).is_dir()


def _make(venv: Path, requirements: Path, wishes: Wishes) -> None:
    """Each package is checked by the hash that requirements.txt has for it."""
    shutil.rmtree(venv, ignore_errors=True)
    run("python3", "-m", "venv", str(venv), seconds=PIP_SECONDS)
    from_folder = ["--no-index", "--find-links", str(wishes.wheels)] if wishes.wheels else []
    run(
        str(venv / "bin/python"), "-m", "pip", "install", "--quiet",
        "--disable-pip-version-check", "--no-input", "--require-hashes", *from_folder,
        "-r", str(requirements), seconds=PIP_SECONDS,
    )  # fmt: skip
    os.sync()  # the mark is not to outlive what it vouches for
    (venv / WHOLE).touch()


def prune(layout: Layout) -> list[str]:
    """Removes those that no release has any more."""
    if not layout.venvs.is_dir():
        return []
    used = {links.leads_to(release / LINK) for release in layout.releases.iterdir()}
    return links.prune(layout.venvs, {venv.name for venv in used if venv is not None})
