"""The machine's disk: Debian, the project at /opt/keyland with its packages, all installed.

What takes minutes is kept in .runtime/boot and made anew when the packages change.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
CACHE = PROJECT / ".runtime" / "boot"
PACKAGES = (
    "systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates,cron,curl,procps,iproute2"
)
HOME = "opt/keyland"


class NoImage(Exception):
    """It cannot be made here; the message says why."""


def say(text: str) -> None:
    sys.stdout.write(f"boot: {text}\n")
    sys.stdout.flush()


def built_image() -> Path:
    """Debian with Python packages; from the cache, or made in some minutes."""
    locked = (PROJECT / "requirements.txt").read_bytes()
    image = CACHE / f"image-{hashlib.sha256(locked + PACKAGES.encode()).hexdigest()[:12]}"
    if not image.is_dir():
        for old in CACHE.glob("image-*"):
            shutil.rmtree(old)
        unfinished = CACHE / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        copy_tree(debian(), unfinished)
        _install_packages(unfinished)
        unfinished.rename(image)
    return image


def copy_tree(source: Path, target: Path) -> None:
    """With owners, links and devices."""
    run("cp", "-a", "--reflink=auto", str(source), str(target))


def debian() -> Path:
    base = CACHE / "debian"
    if not base.is_dir():
        say("debootstrap (once; minutes)")
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = CACHE / "debian.new"
        shutil.rmtree(fresh, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(fresh))
        fresh.rename(base)
    return base


def _install_packages(root: Path) -> None:
    say("the Python packages (once a lock)")
    wheels = root / "wheels"
    locked = str(PROJECT / "requirements.txt")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--disable-pip-version-check",
        "--require-hashes", "-r", locked, "-w", str(wheels))  # fmt: skip
    run("chroot", str(root), "python3", "-m", "venv", f"/{HOME}/.venv")
    names = [f"/wheels/{wheel.name}" for wheel in wheels.glob("*.whl")]
    run("chroot", str(root), f"/{HOME}/.venv/bin/pip", "install", "-q", "--no-index", "--no-deps",
        "--disable-pip-version-check", *names)  # fmt: skip
    shutil.rmtree(wheels)


def put_project(root: Path) -> None:
    """What the work tree holds, and nothing that is made in it."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        source, target = PROJECT / name, root / HOME / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def run(*command: str, seconds: float = 1200) -> str:
    """Raises NoImage with the command's own words."""
    try:
        done = subprocess.run(
            command, cwd=PROJECT, capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as trouble:
        raise NoImage(f"{command[0]}: {trouble}") from None
    if done.returncode:
        raise NoImage(f"{' '.join(command[:3])}: {(done.stdout + done.stderr)[-800:]}")
    return done.stdout
