"""An .env file of a unit: what stands there stays, but for the names that are set."""

import os
import re
from pathlib import Path

LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")


def values(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2].strip() for line in lines if (found := LINE.match(line))}


def put(file: Path, wanted: dict[str, str]) -> bool:
    """Whether anything had to be changed; it is for root alone."""
    if {name: value for name, value in values(file).items() if name in wanted} == wanted:
        return False
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    kept = [line for line in lines if not ((it := LINE.match(line)) and it[1] in wanted)]
    write(file, "\n".join([*kept, *(f"{name}={value}" for name, value in wanted.items())]) + "\n")
    return True


def write(file: Path, text: str, mode: int = 0o600) -> None:
    """Whole or not at all, whatever happens."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(handle)
    fresh.chmod(mode)
    fresh.replace(file)
