"""The operator's command: what it says, and what it does not do without being told twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from country_api.rotation.key import PAIR
from tests.support.core import ROOT


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "credentials/agent").mkdir(parents=True)
    (tmp_path / "credentials/agent/reality_private_key").write_text("k" * 43)
    (tmp_path / "agent.env").write_text("REALITY_SHORT_IDS=aabb,ccdd\nREALITY_PUBLIC_KEY=p\n")
    return tmp_path


def run(etc: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "country_api.rotation", *words, "--etc", str(etc)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_tells_how_things_stand(etc: Path) -> None:
    done = run(etc, "status")

    assert (done.returncode, done.stderr) == (0, "")
    assert "one short id is in links, 2 accepted; no rotation is under way" in done.stdout


def test_it_tells_when_the_old_one_may_go(etc: Path) -> None:
    under = {"phase": "both", "new": "aabb", "old": ["ccdd"], "since": "2026-11-01T04:30:00Z"}
    (etc / "rotation.json").write_text(json.dumps(under))

    assert "`finish` is due on 2026-12-01" in run(etc, "status").stdout


@pytest.mark.parametrize(
    ("act", "said"),
    [("key", "all links die at once"), ("finish", "no rotation is under way")],
)
def test_what_would_shut_customers_out_is_not_done_by_mistake(
    etc: Path, act: str, said: str
) -> None:
    before = (etc / "agent.env").read_text()

    done = run(etc, act)

    assert done.returncode == 1
    assert said in done.stderr
    assert (etc / "agent.env").read_text() == before


@pytest.mark.parametrize("spoilt", ["rotation.json", "agent.env"])
def test_files_that_cannot_be_used_are_told_in_a_line(etc: Path, spoilt: str) -> None:
    (etc / spoilt).unlink(missing_ok=True)
    if spoilt == "rotation.json":
        (etc / spoilt).write_text("{")

    done = run(etc, "status")

    assert done.returncode == 1
    assert spoilt in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "said",
    [
        "PrivateKey: {0}\nPassword (PublicKey): {1}\nHash32: x\n",
        "PrivateKey: {0}\nPassword: {1}\n",
        "Private key: {0}\nPublic key: {1}\n",
    ],
)
def test_what_the_core_says_of_new_keys_is_understood_from_every_release(said: str) -> None:
    pair = ("a" * 43, "b" * 43)

    found = PAIR.search(said.format(*pair))

    assert found
    assert found.groups() == pair
