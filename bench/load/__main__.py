"""`python -m bench.load SPEC RESULT`: one measurement; both are JSON files."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import locust  # noqa: F401 -- first of all, since it patches sockets and threads

from bench.load import creating, events, reading
from bench.load.spec import Spec

KINDS: Final[dict[str, Callable[[Spec], dict[str, Any]]]] = {
    "bursts": creating.bursts,
    "sequential": creating.sequential,
    "reads": reading.reads,
    "nothing": reading.nothing,
    "mixed": reading.mixed,
    "events": events.events,
}


def main() -> None:
    spec, result = Spec.read(Path(sys.argv[1])), Path(sys.argv[2])
    result.write_text(json.dumps(KINDS[spec.kind](spec)))


if __name__ == "__main__":
    main()
