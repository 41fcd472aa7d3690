"""One look of a process of its own, to be killed in the midst of it."""

import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from common.errors import Unavailable
from main_api.deps import build
from main_api.withholding.deps import withholding
from tests.support.shop import settings_in


def main(folder: str, moment: str) -> None:
    """notify_service is out of reach here."""
    now = datetime.fromisoformat(moment)
    deps = build(settings_in(Path(folder)), clock=lambda: now)
    with suppress(Unavailable):
        withholding(deps).tick()


if __name__ == "__main__":
    main(*sys.argv[1:])
