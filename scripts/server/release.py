"""The project's own files with their packages: a folder a release, named by what is in it."""

import hashlib
import os
import shutil
from pathlib import Path

from common.version import VERSION
from scripts.server import venvs
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Problem, Report

PROJECT = Path(__file__).resolve().parents[2]
PARTS = (
    "common", "country_api", "crontab", "docs/operations", "models", "notify_service", "scripts",
    "systemd", "LICENSE", "pyproject.toml", "requirements.txt",
)  # fmt: skip
"""What a server abroad needs (in notify_service is the alarm); of the shop it gets nothing else."""
WHOLE = ".complete"


def foreign(layout: Layout) -> list[Problem]:
    """A clone may stand where the link to a release is to: nothing can be switched then."""
    current = layout.current
    if not current.exists() or current.is_symlink():
        return []
    return [
        Problem(
            f"{current} is a folder, and has to become a link to the release in use",
            f"mv {current} {current}-source, and run {current}-source/scripts/install-server",
        )
    ]


def files(project: Path = PROJECT) -> list[Path]:
    found = []
    for part in PARTS:
        path = project / part
        several = path.rglob("*") if path.is_dir() else [path]
        found += [it for it in several if it.is_file() and "__pycache__" not in it.parts]
    return sorted(it.relative_to(project) for it in found)


def name_of(project: Path = PROJECT) -> str:
    """Two checkouts with the same files are the same release."""
    digest = hashlib.sha256()
    for file in files(project):
        content = (project / file).read_bytes()
        digest.update(f"{file}\0{len(content)}\0".encode() + content)
    return f"{VERSION}-{digest.hexdigest()[:12]}"


def put(layout: Layout, wishes: Wishes, report: Report) -> Path:
    """The release, whole, with its packages; it is not yet the one in use. Raises Failed."""
    folder = layout.releases / name_of()
    if is_whole(folder):
        report.say(f"project: {folder.name} is there")
        return folder
    (folder / WHOLE).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    report.say(f"project: copying {folder.name}")
    copy(PROJECT, folder)
    venvs.put(layout, folder, wishes, report)
    os.sync()  # the mark is not to outlive what it vouches for
    (folder / WHOLE).touch()
    return folder


def is_whole(folder: Path) -> bool:
    """Copied to its end, and with packages for the Python that is here now."""
    return (folder / WHOLE).is_file() and venvs.fits(folder / venvs.LINK)


def copy(project: Path, folder: Path) -> None:
    """The services have to read all of it, whatever the umask of who cloned the project was."""
    for file in files(project):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / file, folder / file)
        runs = (project / file).stat().st_mode & 0o100
        (folder / file).chmod(0o755 if runs else 0o644)
