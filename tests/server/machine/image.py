"""The machine's disk: Debian as a provider has it, and what the installer would get from outside.

What takes minutes is kept in .runtime/boot, beside that of `make boot`.
"""

import hashlib
import shutil
from pathlib import Path

from sandbox.core import Core
from scripts.server import release
from tests.support.small_servers import make_certificate
from tests.systemd.boot.image import CACHE, PROJECT, copy_tree, debian, run, say

SOURCE = "srv/keyland"
WHEELS, XRAY = "srv/wheels", "srv/xray"
SITE = "www.target.test"
LATER = ("nftables", "openssl")
"""Packages that a fresh machine lacks; they lie in apt's cache, since there is no internet."""


def fresh_image() -> Path:
    image = CACHE / "server-image"
    if not image.is_dir():
        unfinished = CACHE / "server-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        copy_tree(debian(), unfinished)
        say("packages into apt's cache (once)")
        shutil.copyfile("/etc/resolv.conf", unfinished / "etc/resolv.conf")
        run("chroot", str(unfinished), "apt-get", "update", "-qq")
        run("chroot", str(unfinished), "apt-get", "install", "-dy", "-qq",
            "--no-install-recommends", *LATER)  # fmt: skip
        (unfinished / "etc/resolv.conf").unlink()
        unfinished.rename(image)
    return image


def wheels() -> Path:
    """The locked packages, checked by their hashes, and what builds those that come as source."""
    folder = CACHE / "server-wheels"
    locked = (PROJECT / "requirements.txt").read_bytes()
    mark = folder / f"{hashlib.sha256(locked).hexdigest()[:12]}.whole"
    if not mark.exists():
        say("the Python packages (once a lock)")
        python = str(PROJECT / ".venv/bin/python")
        pip = (python, "-m", "pip", "download", "-q", "--disable-pip-version-check")
        run(*pip, "--require-hashes", "-r", str(PROJECT / "requirements.txt"), "-d", str(folder))
        run(*pip, "--no-deps", "setuptools", "wheel", "packaging", "-d", str(folder))
        mark.touch()
    return folder


def furnish(root: Path, core: Core) -> tuple[Path, Path]:
    """Puts there what an operator brings; the certificate and key of the site it trusts."""
    put_checkout(root / SOURCE)
    shutil.copytree(wheels(), root / WHEELS)
    shutil.copyfile(core.path, root / XRAY)
    certificate, key = make_certificate(root.parent, SITE)
    shutil.copyfile(certificate, root / "usr/local/share/ca-certificates/site.crt")
    run("chroot", str(root), "update-ca-certificates")
    return certificate, key


def put_checkout(folder: Path) -> None:
    for file in release.files(PROJECT):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / file, folder / file)
