"""The shop's servers, while it runs: `python -m main_api.servers add|list|check|agree|remove`.

    add <country> [line]     lists a server under a country, and brings all users there; the line
                             is the one that scripts/install-server printed (asked for if left out,
                             so that the key in it does not stay in the shell's history)
    list                     all servers, as the shop last saw them
    check                    asks each of them now
    agree <ip:port>          compares one now, and has repaired what differs; with --force also when
                             suspiciously many lose access by it
    remove <ip:port>         takes one out of all links

As root on the shop's host, where settings are read from /etc/keyland; elsewhere by variables.
"""

import argparse
import os
import sys

from common.clock import make_clock
from common.environment import start
from common.errors import ServiceError
from common.service_client import make_session
from common.storage.connect import connect
from main_api.mongo_api.database import IndexedDatabase
from main_api.servers import commands
from main_api.servers.bars import bar_for
from main_api.servers.commands import Desk
from main_api.servers.files import CannotWrite, ServerFiles
from main_api.servers.filling import NotFilled
from main_api.servers.line import BadLine, parsed
from main_api.servers.probing import Unfit
from main_api.servers.settings import ServersSettings, adopt_installed, become_owner
from main_api.vpn_api.countries import CountriesFile
from main_api.vpn_api.deps import VpnApi, build_vpn_api
from main_api.vpn_api.secrets_file import SecretsFile
from models.countries import BadCountries

TROUBLES = (BadCountries, BadLine, CannotWrite, NotFilled, ServiceError, Unfit, OSError)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    adopt_installed(os.environ)
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # a person reads this
    settings = start("main_api_servers", ServersSettings)
    try:
        return act(asked, desk_of(settings))
    except TROUBLES as trouble:
        say(f"WRONG  {trouble}")
    except KeyboardInterrupt:
        say("stopped; what was listed stays, and is brought level by the jobs process")
    return 1


def say(text: str) -> None:
    print(text, flush=True)


def desk_of(settings: ServersSettings) -> Desk:
    clock = make_clock(settings.clock_offset_file)

    def vpn() -> VpnApi:
        become_owner(settings.mongo_url)
        secrets = SecretsFile(settings.servers_secrets_file, settings.servers_secrets)
        db = IndexedDatabase(connect(settings.mongo_url, name="main"))
        return build_vpn_api(
            db, CountriesFile(settings.countries_file), secrets, clock, make_session
        )

    files = ServerFiles(settings.countries_file, settings.servers_secrets_file)
    return Desk(files, vpn, clock, say)


def act(asked: argparse.Namespace, desk: Desk) -> int:
    if asked.act == "add":
        server = parsed(asked.line or _asked_for())
        return commands.add(desk, asked.country, server, bar_for(sys.stderr, say))
    if asked.act == "remove":
        return commands.remove(desk, asked.address)
    if asked.act == "agree":
        return commands.agree(desk, asked.address, force=asked.force)
    return commands.show(desk) if asked.act == "list" else commands.check(desk)


def _asked_for() -> str:
    if sys.stdin.isatty():
        say("the line that scripts/install-server printed:")
    return sys.stdin.readline()


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m main_api.servers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", required=True)
    adding = acts.add_parser("add", help="list a server, and bring all users there")
    adding.add_argument("country")
    adding.add_argument("line", nargs="?", default="", help='"ip:port fingerprint key"')
    acts.add_parser("list", help="all servers, as the shop last saw them")
    acts.add_parser("check", help="ask each of them now")
    agreeing = acts.add_parser("agree", help="compare one now, and repair what differs")
    agreeing.add_argument("address", help="ip:port")
    agreeing.add_argument("--force", action="store_true", help="also when many lose access by it")
    removing = acts.add_parser("remove", help="take one out of all links")
    removing.add_argument("address", help="ip:port")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
