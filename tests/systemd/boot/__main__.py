"""`python -m tests.systemd.boot`: boots the units for real in a container, and says what is proved.

Needs root, systemd-nspawn and debootstrap, and minutes; leaves nothing behind but the cache in
.runtime/boot. `--keep` waits for Enter before it ends, for a person to look around.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic

from sandbox.core import Core, get_core
from tests.systemd.boot import proofs
from tests.systemd.boot.container import Machine, booted, copied
from tests.systemd.boot.image import HOME, NoImage, built_image, put_project, run
from tests.systemd.boot.settings import new_secrets, settle

TOOLS = ("systemd-nspawn", "debootstrap", "nsenter")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.systemd.boot", description=__doc__)
    parser.add_argument("--keep", action="store_true")
    keep = parser.parse_args().keep
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        print(f"boot: NOT RUN, needs root and {', '.join(TOOLS)}; missing: {missing}")
        return 2
    try:
        core = get_core("", os.environ["PATH"])
        print(f"boot: {core}", flush=True)
        with machine_of(core) as (machine, secrets):
            done = prove(machine, secrets)
            if keep:
                input(f"boot: nsenter -t {machine.leader} -m -u -i -n -p; Enter ends it ")
    except NoImage as trouble:
        print(f"boot: {trouble}", file=sys.stderr)
        return 2
    return 0 if done else 1


@contextmanager
def machine_of(core: Core) -> Iterator[tuple[Machine, dict[str, str]]]:
    """A machine on which the installer has run twice, with its secrets."""
    with copied(built_image()) as root:
        put_project(root)
        installer = str(root / HOME / "scripts/install_services.py")
        for _ in range(2):
            run(sys.executable, installer, "--role", "both", "--root", str(root))
        secrets = settle(root, new_secrets(core), core)
        with booted(root) as machine:
            yield machine, secrets


def prove(machine: Machine, secrets: dict[str, str]) -> bool:
    """Each proof in turn; the first that fails ends it, with what the machine said."""
    steps = [proofs.every_unit_is_active, *proofs.PROOFS]
    for step in steps:
        if not one(step.__doc__ or "", partial(step, machine), machine):
            return False
    said = proofs.secrets_are_kept.__doc__ or ""
    return one(said, lambda: proofs.secrets_are_kept(machine, secrets), machine)


def one(what: str, step: Callable[[], None], machine: Machine) -> bool:
    began = monotonic()
    try:
        step()
    except AssertionError as trouble:
        print(f"FAILED  {what}\n        {trouble}", flush=True)
        print(machine.systemctl("list-units", "--all", "keyland*"))
        print(machine.run("journalctl", "--no-pager", "-n", "60", "-o", "short"))
        return False
    print(f"proved  {what} ({monotonic() - began:.0f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
