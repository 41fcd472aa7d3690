"""How the sandbox's programs end when they are told to: at once, in order, without a traceback."""

import os
import signal
import sys
from types import FrameType

TOLD_TO = (signal.SIGINT, signal.SIGTERM)


def leave_when_told(status: int) -> None:
    """From now on Ctrl+C and SIGTERM leave the main thread's `with` blocks and exit with `status`.

    Only the first counts: whoever presses Ctrl+C twice would else interrupt the clearing up.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        for told in TOLD_TO:
            signal.signal(told, signal.SIG_IGN)
        # not print(): the signal may have come in the middle of one, which cannot be entered again
        os.write(sys.stdout.fileno(), b"stopping\n")
        sys.exit(status)

    for told in TOLD_TO:
        signal.signal(told, leave)
