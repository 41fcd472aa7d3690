"""A note that what runs may not be what is written down: the next run makes that good."""

from pathlib import Path

from scripts.server import env_file
from scripts.server.layout import Layout
from scripts.server.report import Problem


def begin(layout: Layout, before: tuple[Path, ...] = ()) -> bool:
    """Whether an earlier run was broken off; what it noted to have run `before` stays then."""
    if layout.unfinished.exists():
        return True
    env_file.write(layout.unfinished, "".join(f"{path}\n" for path in before))
    return False


def before(layout: Layout) -> tuple[Path, ...]:
    """What ran when the one began that was broken off; empty if that is not known."""
    try:
        return tuple(Path(line) for line in layout.unfinished.read_text().splitlines())
    except FileNotFoundError:
        return ()


def end(layout: Layout) -> None:
    layout.unfinished.unlink(missing_ok=True)


def wrong(layout: Layout) -> list[Problem]:
    if not layout.unfinished.exists():
        return []
    return [
        Problem(
            "an installation or an update was broken off",
            "run it again: scripts/install-server, or scripts/install-server update",
        )
    ]
