"""`python scripts/backup.py FOLDER COPIES`: a checked copy of each SQLite file of a service.

Others go on reading and writing meanwhile. Each run makes a folder named by its moment; the newest
KEPT stay. Exit codes: 0 copied, 1 nothing to copy or a copy is not whole.
"""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common.clock import system_clock

KEPT = 30
PATTERNS = ("*.db", "*.sqlite3")


def main(folder: Path, copies: Path) -> int:
    files = sorted(file for pattern in PATTERNS for file in folder.glob(pattern))
    if not files:
        print(f"backup: no database in {folder}", file=sys.stderr)
        return 1
    unfinished = copies / ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        for file in files:
            copy(file, unfinished / file.name)
    except (sqlite3.Error, OSError) as trouble:
        print(f"backup: {trouble}", file=sys.stderr)
        return 1
    sync(unfinished)
    unfinished.rename(copies / f"{system_clock():%Y%m%dT%H%M%S%f}Z")
    sync(copies)
    forget_old(copies)
    print(f"backup: {len(files)} files of {folder}")
    return 0


def copy(file: Path, target: Path) -> None:
    """Raises sqlite3.Error, also when the copy is not whole."""
    with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=60)) as database:
        database.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as made:
        if made.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise sqlite3.DatabaseError(f"the copy of {file.name} is not whole")
    sync(target)


def forget_old(copies: Path) -> None:
    for old in sorted(copies.glob("2*Z"))[:-KEPT]:
        shutil.rmtree(old)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004 -- itself and two folders
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
