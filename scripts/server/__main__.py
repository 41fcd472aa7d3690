"""Makes this machine a VPN server of Keyland, and looks after it.

    scripts/install-server                 checks, installs, starts, prints the line for the shop
    scripts/install-server doctor          says what is wrong; exit code 1 then
    scripts/install-server update          this checkout and its pinned Xray, or back if they fail
    scripts/install-server remove --yes    stops and deletes everything

As root, on Debian 12 or Ubuntu 24.04 or newer. It may be run again at any time, needs no terminal,
goes on when SSH breaks off, and keeps a log in /var/log/keyland-install.log.
docs/operations/servers.md says more.
"""

import argparse
import errno
import fcntl
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from scripts.server import machine, outbound
from scripts.server.doctor import doctor
from scripts.server.installing import install
from scripts.server.layout import Layout, Wishes
from scripts.server.removing import remove
from scripts.server.report import Failed, Report
from scripts.server.updating import update

ACTS: dict[str, Callable[[Layout, Wishes, Report], int]] = {
    "install": install,
    "doctor": doctor,
    "update": update,
    "remove": remove,
}


def main(arguments: list[str]) -> int:
    given = parse(arguments)
    if trouble := machine.root(os.geteuid()):
        Report(None).tell(trouble)
        return 1
    os.umask(0o022)  # units and programs are read by others than root
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # SSH may break off: nothing is left half done
    layout = Layout()
    with Report(layout.log) as report:
        report.note(f"--- {given.act}")
        code = run(ACTS[given.act], layout, wishes(given), report)
        report.note(f"--- {given.act} ended with exit code {code}")
        return code


def run(
    act: Callable[[Layout, Wishes, Report], int], layout: Layout, asked: Wishes, report: Report
) -> int:
    """One at a time; the exit code."""
    with layout.log.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return act(layout, asked, report)
        except BlockingIOError:
            report.say("WRONG  it is running already\n       wait until that has ended")
        except Failed as failure:
            report.say(f"WRONG  {failure}")
        except OSError as trouble:
            report.say(f"WRONG  {trouble}")
            if trouble.errno in (errno.ENOSPC, errno.EDQUOT):
                report.say("       the disk is full: apt-get clean, and run it again")
        except KeyboardInterrupt:
            report.say("WRONG  stopped half-way\n       run it again, or look: doctor")
        except Exception as fault:  # noqa: BLE001 -- nobody may have to look for it in a terminal
            report.note(traceback.format_exc())
            report.say(f"WRONG  a fault of this program ({type(fault).__name__}: {fault})")
            report.say(f"       where it is stands in {layout.log}; it may be run again")
    return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/install-server",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("act", nargs="?", choices=ACTS, default="install")
    add("--address", default="", help="under which customers and the shop reach this server")
    add("--port", type=int, default=0, help="the agent's (8443)")
    add("--target", default="", metavar="NAME:443", help="whose handshake REALITY borrows")
    add("--main-address", action="append", default=[], metavar="IP",
        help="the shop's: only it may reach the agent's port; may be repeated")  # fmt: skip
    add("--xray", type=Path, metavar="FILE", help="the release's zip, when GitHub is out of reach")
    add("--xray-sha256", default="", help="of another build than the pinned one")
    add("--mirror", default="", metavar="URL", help="where the release's zip lies instead")
    add("--wheels", type=Path, metavar="DIR", help="Python packages, instead of from the internet")
    add("--ipv6-probe", default="", metavar="HOST:PORT", help="who is called to see IPv6 work")
    add(
        "--outbound",
        default="",
        choices=outbound.WISHES,
        metavar="HOW",
        help=f"how customers leave: {', '.join(outbound.WISHES)}; without it, it stays as it was",
    )
    add("--drain-minutes", type=float, default=0.0, help="how long remove waits for the connected")
    add("--force", action="store_true", help="update a server that is not well")
    add("--yes", action="store_true", help="remove, really")
    return parser.parse_args(arguments)


def wishes(given: argparse.Namespace) -> Wishes:
    return Wishes(
        address=given.address.strip("[]"),
        port=given.port,
        target=given.target,
        main_addresses=tuple(given.main_address),
        xray=given.xray and given.xray.absolute(),
        xray_sha256=given.xray_sha256,
        mirror=given.mirror,
        wheels=given.wheels and given.wheels.absolute(),
        ipv6_probe=given.ipv6_probe,
        outbound=given.outbound,
        drain_minutes=given.drain_minutes,
        force=given.force,
        yes=given.yes,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
