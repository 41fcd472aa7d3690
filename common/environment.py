"""Entry plumbing: read the environment once, start logging, or tell what is wrong and exit."""

import logging
import os
import sys
from pathlib import Path
from typing import NoReturn, TypeVar

from common.logs import configure_logging
from common.settings import BadSettings, Settings, load
from common.version import VERSION

log = logging.getLogger(__name__)
S = TypeVar("S", bound=Settings)
EXIT_BAD_SETTINGS = 4  # gunicorn's APP_LOAD_ERROR: its master stops too, not only the worker


def start(service: str, kind: type[S]) -> S:
    """Settings from the process's environment, with logging on; exits with one clear message."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    try:
        settings = load(kind, os.environ, Path(credentials) if credentials else None)
    except BadSettings as problem:
        refuse(service, str(problem))
    configure_logging(service, level=settings.log_level, secrets=settings.secrets())
    log.info("starting", extra={"version": VERSION})
    return settings


def refuse(service: str, problem: str) -> NoReturn:
    """End the process because of a setting, with the message alone."""
    sys.stderr.write(f"{service} cannot start, its settings are wrong:\n{problem}\n")
    sys.stderr.flush()
    os._exit(EXIT_BAD_SETTINGS)  # under gunicorn sys.exit would be wrapped in a traceback
