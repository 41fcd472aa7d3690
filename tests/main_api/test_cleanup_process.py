"""The cleanup in a process of its own, killed in the middle, a server lost in the middle."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.main_api.cleanup_process import ROOT, prove

PEOPLE = 700

pytestmark = pytest.mark.timeout(180)


def test_killed_and_with_a_server_lost_it_completes_and_touches_nobody_who_stays(
    tmp_path: Path,
) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    prove(tmp_path, PEOPLE)


def test_with_bad_settings_it_ends_with_4_and_says_which() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "main_api.jobs", "cleanup"],
        env={}, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 4
    assert "MONGO_URL" in ended.stderr
