"""python -m tg_bot: one process that polls Telegram until it is told to stop."""

import logging
import signal
import sys

from common.environment import start
from common.supervision import READY, STOPPING, tell
from tg_bot.bot import Bot
from tg_bot.deps import build
from tg_bot.lock import AnotherPoller, take_lock
from tg_bot.settings import Settings

EXIT_LOCKED, EXIT_REFUSED, EXIT_BROKEN, EXIT_STATE = 5, 6, 7, 8
STOPS = {signal.SIGTERM, signal.SIGINT}
LOOK_SECONDS = 0.5
log = logging.getLogger("tg_bot")


def main() -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # before any thread: they are waited for below
    settings = start("tg_bot", Settings)
    try:
        lock = take_lock(settings.state_dir)
    except AnotherPoller as other:
        sys.stderr.write(f"tg_bot cannot start: {other}\n")
        return EXIT_LOCKED
    except OSError as trouble:
        sys.stderr.write(f"tg_bot cannot start: STATE_DIR cannot be used ({trouble.strerror})\n")
        return EXIT_STATE
    with lock:
        return run(Bot(settings, build(settings)))


def run(bot: Bot) -> int:
    bot.start()
    tell(READY)
    while bot.is_listening():
        if signal.sigtimedwait(STOPS, LOOK_SECONDS):
            log.info("told to stop")
            tell(STOPPING)
            bot.stop()
            return 0
    if bot.refused:
        log.critical("Telegram does not know the token: it is wrong or was revoked")
        return EXIT_REFUSED
    return EXIT_BROKEN


if __name__ == "__main__":
    sys.exit(main())
