"""Where a database file may live, and who may read it."""

import os
import re
import tempfile
from pathlib import Path

from common.storage.protocol import StorageUnavailable

_MOUNTS = Path("/proc/self/mountinfo")
# SQLite's locks and its shared memory do not hold on these
_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|afs|ncpfs|ceph|lustre|gpfs|beegfs|glusterfs|ocfs2|gfs2|pvfs2"
    r"|davfs\d?|fuse\.(?:sshfs|s3fs|glusterfs|ceph|rclone|gcsfuse|davfs|smbnetfs|juicefs)"
)


def prepare(file: Path) -> None:
    """Makes the folder (0700) and the file (0600), on a disk of this host.

    Raises StorageUnavailable.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_network(file.parent.resolve(), _mounts())
        if not file.exists():
            _refuse_orphaned_log(file)
            _make(file)
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except OSError as error:
        raise StorageUnavailable(f"{file}: {error.strerror or error}") from error


def _refuse_orphaned_log(file: Path) -> None:
    """SQLite would delete the log beside an empty file, and what was acknowledged is in it.

    The log is looked for first: a file comes before its log, so one that another process is just
    making is there by the time its log is seen.
    """
    if file.with_name(f"{file.name}-wal").exists() and not file.exists():
        raise StorageUnavailable(f"{file} is gone, but its log is here: put it back")


def identity(file: Path) -> tuple[int, int] | None:
    """Which file lies there now, by device and inode; None when there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _make(file: Path) -> None:
    """An empty file appears under its name only when it is closed.

    To close any descriptor of a file is to drop all locks that this process has on it (POSIX), and
    another thread's SQLite may have taken some between our opening and our closing.
    """
    handle, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # mode 0600
    os.close(handle)
    try:
        os.link(temporary, file)
    except FileExistsError:
        pass  # another process or thread was faster
    finally:
        Path(temporary).unlink()


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return ""  # no Linux, or no /proc: nothing can be said


def refuse_network(folder: Path, mounts: str) -> None:
    kind = filesystem_of(folder, mounts)
    if kind and _NETWORK.fullmatch(kind):
        raise StorageUnavailable(f"{folder} is on {kind}; the database needs a disk of this host")


def filesystem_of(folder: Path, mounts: str) -> str | None:
    """The type of the innermost mount that holds the folder; of several on one point, the last."""
    best: tuple[int, str] | None = None
    for line in mounts.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:  # noqa: PLR2004 -- proc(5), mountinfo
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        depth = len(point.parts)
        if folder.is_relative_to(point) and (best is None or depth >= best[0]):
            best = (depth, right.split(" ")[0])
    return best[1] if best else None
