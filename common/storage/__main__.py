"""`python -m common.storage verify | reindex | backup | copy`: looks after the databases.

Exit codes: 0 well, 1 a difference or damage was found, 2 wrong usage, 3 unavailable.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from common.storage import copying
from common.storage.connect import backend, folder_of
from common.storage.embedded import maintenance
from common.storage.embedded.database import EmbeddedDatabase
from common.storage.mongo import MongoDatabase
from common.storage.protocol import DuplicateKeyError, Refused, StorageUnavailable

_DAMAGED, _USAGE, _AWAY = 1, 2, 3


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except StorageUnavailable as error:
        return _fail(error.message, _AWAY)
    except DuplicateKeyError as error:
        broken = ", ".join((error.details or {}).get("keyPattern", {}))
        return _fail(f"the documents break the unique index of {broken}", _DAMAGED)
    except Refused as error:
        return _fail(f"outside the subset: {error}", _DAMAGED)
    except (ValueError, OSError) as error:
        return _fail(str(error), _USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m common.storage", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for command, text, targets in (
        (_verify, "compare pages, documents and index entries of a database", ()),
        (_reindex, "make the index entries anew from the documents", ()),
        (_backup, "copy a database in use into a folder (itself an embedded:// url)", ("folder",)),
        (_copy, "move the documents to another url; nothing may write meanwhile", ("target",)),
    ):
        made = commands.add_parser(command.__name__.strip("_"), help=text)
        made.add_argument("url", help="embedded:///folder (or mongodb://… for copy)")
        for target in targets:
            made.add_argument(target)
        made.add_argument("--name", help="the database; default: all that are in the folder")
        made.set_defaults(command=command)
    return parser


def _verify(options: argparse.Namespace) -> int:
    damaged = False
    for database in _embedded(options):
        found = maintenance.verify(database.sessions)
        for problem in found.problems:
            print(f"{database.file.stem}: {problem}")
        state = f"{len(found.problems)} problems" if found.problems else "ok"
        print(
            f"{database.file.stem}: {found.documents} documents, {found.indexes} indexes, {state}"
        )
        damaged = damaged or bool(found.problems)
    return _DAMAGED if damaged else 0


def _reindex(options: argparse.Namespace) -> int:
    for database in _embedded(options):
        found = maintenance.reindex(database.sessions)
        print(
            f"{database.file.stem}: {found.documents} documents, {found.indexes} indexes made anew"
        )
    return 0


def _backup(options: argparse.Namespace) -> int:
    for database in _embedded(options):
        target = Path(options.folder).absolute() / database.file.name
        maintenance.backup(database.sessions, target)
        print(f"{database.file.stem}: {target}, {target.stat().st_size} bytes")
    return 0


def _copy(options: argparse.Namespace) -> int:
    differs = False
    for name in _names(options):
        with (
            closing(backend(options.url, name=name)) as source,
            closing(backend(options.target, name=name)) as target,
        ):
            count, problems = copying.copy(source, target)
        for problem in problems:
            print(f"{name}: {problem}")
        print(f"{name}: {count} documents, {'different' if problems else 'the same on both sides'}")
        differs = differs or bool(problems)
    return _DAMAGED if differs else 0


def _names(options: argparse.Namespace) -> list[str]:
    if options.url.startswith("mongodb"):
        if not options.name:
            raise ValueError("--name says which database of the server is meant")
        return [options.name]
    return [database.file.stem for database in _embedded(options)]


def _embedded(options: argparse.Namespace) -> list[EmbeddedDatabase]:
    """Those that exist: no tool makes a database by looking for it."""
    folder = folder_of(options.url)
    names = [options.name] if options.name else sorted(file.stem for file in folder.glob("*.db"))
    for name in names or ["*"]:
        if not (folder / f"{name}.db").is_file():
            raise StorageUnavailable(f"no database {folder / name}.db")
    found = [backend(options.url, name=name) for name in names]
    return [database for database in found if not isinstance(database, MongoDatabase)]


def _fail(text: str, code: int) -> int:
    print(f"storage: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
