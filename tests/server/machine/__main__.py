"""`python -m tests.server.machine`: runs the installer on a fresh Debian, and says what is proved.

Needs root, systemd-nspawn, debootstrap and the real Xray, and minutes; leaves nothing behind but
the cache in .runtime/boot. `--keep` waits for Enter before it ends, for a person to look around.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TypeVar

from common.core_release import VERSION, sha256_of
from sandbox.core import Core, find_core
from tests.server.machine import changes, faults, proofs, rotating, troubles
from tests.server.machine.image import fresh_image, furnish
from tests.server.machine.network import Wire, connected, plug_in
from tests.server.machine.server import Server
from tests.server.machine.shop import Shop
from tests.systemd.boot.container import Machine, booted, copied
from tests.systemd.boot.image import NoImage

TOOLS = ("systemd-nspawn", "debootstrap", "nsenter", "ip", "openssl")
Step = Callable[[Server], None]
T = TypeVar("T")
FRESH: tuple[Step, ...] = (
    faults.each_check_fails_once_and_nothing_is_changed,
    proofs.it_is_installed_in_one_go,
    proofs.a_second_time_changes_nothing,
    proofs.the_log_holds_every_step_and_no_secret,
    proofs.the_doctor_finds_all_well,
    proofs.the_doctor_tells_what_is_wrong,
    proofs.an_hour_without_ipv6_changes_nothing,
    proofs.the_firewall_shuts_out_strangers,
    proofs.the_core_reaches_nothing_on_this_machine,
    proofs.a_stranger_sees_the_site,
)
LATER: tuple[Step, ...] = (
    changes.a_server_that_is_not_well_is_not_updated,
    changes.an_update_changes_the_agent_and_cuts_nobody,
    changes.an_update_of_the_cores_configuration_is_in_force,
    changes.a_broken_agent_is_undone,
    changes.a_broken_core_is_undone,
    changes.a_core_that_refuses_the_configuration_is_never_put_in_place,
    changes.another_file_than_the_pinned_one_is_refused,
    changes.it_is_removed_without_a_trace,
    troubles.what_cannot_be_had_is_told,
    troubles.killed_anywhere_it_is_made_good,
    changes.it_is_removed_without_a_trace,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.server.machine", description=__doc__)
    parser.add_argument("--keep", action="store_true")
    keep = parser.parse_args().keep
    core = find_core("", os.environ["PATH"])
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing or os.geteuid() != 0 or core is None or core.version != VERSION:
        print(
            f"proof: NOT RUN, needs root, Xray {VERSION} and {', '.join(TOOLS)}: {missing}, {core}"
        )
        return 2
    try:
        return 0 if prove(core, keep=keep) else 1
    except NoImage as trouble:
        print(f"proof: {trouble}", file=sys.stderr)
        return 2


def prove(core: Core, *, keep: bool) -> bool:
    with copied(fresh_image()) as root, tempfile.TemporaryDirectory() as folder:
        pair, shop = furnish(root, core), Shop(Path(folder))
        shop.open()
        sold: tuple[Step, ...] = (
            given(proofs.the_shop_lists_no_impostor, shop),
            given(proofs.the_shop_adds_it_and_fills_it, shop),
        )
        rotated: tuple[Step, ...] = (
            given(rotating.short_ids_are_rotated, core),
            given(rotating.keys_are_changed, core),
        )
        digest = sha256_of(core.path)
        with connected(root, pair) as wire:
            return all(
                on_machine(root, wire, digest, steps, keep=keep)
                for steps in ((*FRESH, *sold), (proofs.it_is_back_after_a_boot, *rotated, *LATER))
            )


def given(step: Callable[[Server, T], None], thing: T) -> Step:
    def made(server: Server) -> None:
        step(server, thing)

    made.__doc__ = step.__doc__
    return made


def on_machine(root: Path, wire: Wire, digest: str, steps: tuple[Step, ...], *, keep: bool) -> bool:
    """Boots it; the first step that fails ends it, with what the machine said."""
    with booted(root) as machine:
        plug_in(wire, machine.leader)
        server = Server(machine, wire, digest)
        well = all(one(step, server) for step in steps)
        if keep:
            input(f"proof: nsenter -t {machine.leader} -m -u -i -n -p; Enter ends it ")
        return well


def one(step: Step, server: Server) -> bool:
    began = monotonic()
    try:
        step(server)
    except AssertionError as trouble:
        print(f"FAILED  {step.__doc__}\n        {trouble}", flush=True)
        tell(server.machine)
        return False
    print(f"proved  {step.__doc__} ({monotonic() - began:.0f} s)", flush=True)
    return True


def tell(machine: Machine) -> None:
    print(machine.systemctl("list-units", "--all", "keyland*"))
    print(machine.run("journalctl", "--no-pager", "-n", "60", "-o", "short"))


if __name__ == "__main__":
    sys.exit(main())
