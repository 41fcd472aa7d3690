"""`python -m main_api.jobs cleanup`: a progress bar, a summary, and an exit code."""

import argparse
import logging
import sys
from functools import partial

from tqdm import tqdm

from common.clock import real_sleep
from main_api.cleanup.report import Report
from main_api.cleanup.service import Cleanup, guarded
from main_api.deps import Deps

log = logging.getLogger(__name__)
EXIT_DONE, EXIT_AGAIN = 0, 1
MONTHS = 6
PATIENCE_SECONDS = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="change nothing, only count")
    parser.add_argument(
        "--months", type=_months, default=MONTHS, help="away for over this long (default 6)"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="how long to wait at the end for a server that is away (default 20)",
    )


def _months(given: str) -> int:
    months = int(given)
    if months < 1:
        raise ValueError("at least one month")
    return months


def run(deps: Deps, *, dry_run: bool, months: int, patience: float) -> int:
    """0 when all is done; 1 when something has to be done by another run (a server was away)."""
    report = Report(dry_run=dry_run, months=months)
    cleanup = Cleanup(
        deps.db, deps.removal, deps.vpn.healing, deps.clock, real_sleep, patience_seconds=patience
    )
    guarded(report, partial(_clean, cleanup, report))
    if not dry_run:
        guarded(report, partial(_tell_owner, deps, report))
    log.info("cleanup", extra=report.numbers() | {"dry_run": dry_run})
    sys.stdout.write(report.lines())
    return EXIT_DONE if report.complete else EXIT_AGAIN


def _clean(cleanup: Cleanup, report: Report) -> None:
    candidates = cleanup.candidates(report.months)
    # a bar is for a person: none in a journal
    with tqdm(total=candidates.count(), unit=" users", disable=None) as bar:
        cleanup.run(candidates, report, bar.update)


def _tell_owner(deps: Deps, report: Report) -> None:
    if deps.settings.owner_telegram_id is not None:
        deps.notify.add(report.notice(deps.settings.owner_telegram_id, deps.clock()))
