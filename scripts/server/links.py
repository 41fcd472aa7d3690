"""Links that are switched at once, and what lies behind them."""

import shutil
from pathlib import Path

GONE = ".gone-"


def leads_to(link: Path) -> Path | None:
    """None when it is absent, or no link."""
    return link.readlink() if link.is_symlink() else None


def switch(link: Path, target: Path) -> bool:
    """Whether it led elsewhere before; there is no moment at which it is absent."""
    if leads_to(link) == target:
        return False
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
    return True


def prune(folder: Path, keep: set[str]) -> list[str]:
    """Removes all in the folder but what is named; what is broken off half-way, the next does."""
    gone = [path for path in sorted(folder.iterdir()) if path.name not in keep]
    for path in gone:
        half = folder / f"{GONE}{path.name.removeprefix(GONE)}"
        if path != half:  # its mark of being whole is not to outlive the rest
            shutil.rmtree(half, ignore_errors=True)
            path.rename(half)
    for half in folder.glob(f"{GONE}*"):
        shutil.rmtree(half)
    return [path.name for path in gone if not path.name.startswith(GONE)]
