"""The certificate's making, its change while main_api calls, and who else may stand there."""

import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.clients.country_api import CountryApi
from common.errors import Unavailable
from country_api import certificate
from tests.country_api.agent_process import AgentProcess, without_core
from tests.support.core import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "country_api.certificate", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_it_is_made_once_and_its_fingerprint_is_all_that_is_printed(tmp_path: Path) -> None:
    made = run("make", "--dir", str(tmp_path))
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = run("make", "--dir", str(tmp_path))
    shown = run("show", "--dir", str(tmp_path))

    openssl = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", tmp_path / "agent.crt"],  # noqa: S607 -- the PATH's
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wanted = openssl.stdout.strip().rpartition("=")[2].replace(":", "").lower()
    assert [it.stdout for it in (made, again, shown)] == [f"{wanted}\n"] * 3
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files
    assert sorted(files) == ["agent.crt", "agent.key"]
    assert stat.S_IMODE((tmp_path / "agent.key").stat().st_mode) == 0o600


def test_empty_files_are_as_good_as_none_and_two_are_never_alike(tmp_path: Path) -> None:
    for name in ("agent.crt", "agent.key"):
        (tmp_path / name).touch()
    first = certificate.make(tmp_path)
    (tmp_path / "next").mkdir()

    assert certificate.make(tmp_path / "next") != first
    assert certificate.show(tmp_path) == first


def test_a_certificate_without_its_key_is_told_and_left_alone(tmp_path: Path) -> None:
    certificate.make(tmp_path)
    text = (tmp_path / "agent.crt").read_text()
    (tmp_path / "agent.key").unlink()

    ended = run("make", "--dir", str(tmp_path))

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "no certificate with its key" in ended.stderr
    assert (tmp_path / "agent.crt").read_text() == text


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = run("make", "--dir", str(tmp_path / "nowhere"))

    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


@pytest.fixture
def process() -> Iterator[AgentProcess]:
    with without_core() as process:
        yield process


def outcome(api: CountryApi) -> str:
    try:
        api.describe()
    except Unavailable as trouble:
        return trouble.code
    return "answered"


def replace_certificate(process: AgentProcess) -> str:
    """As it is done by hand: the new one is made aside, and moved into its place."""
    aside = process.folder / "next"
    aside.mkdir()
    fingerprint = certificate.make(aside)
    for name in (certificate.CERTIFICATE, certificate.KEY):
        (aside / name).replace(process.folder / name)
    aside.rmdir()
    return fingerprint


def test_a_restart_changes_nothing_and_another_certificate_everything_until_it_is_told(
    process: AgentProcess, caplog: pytest.LogCaptureFixture
) -> None:
    old = process.api_pinned(process.fingerprint)
    assert outcome(old) == "answered"
    process.kill()
    assert outcome(old) == "unavailable"
    process.start()
    assert outcome(old) == "answered"

    fingerprint = replace_certificate(process)
    process.kill()
    process.api = process.api_pinned(fingerprint)
    process.start()

    caplog.clear()
    with caplog.at_level(logging.ERROR):
        assert [outcome(old) for _ in range(3)] == ["wrong_certificate"] * 3
    (told,) = [record.message for record in caplog.records]
    assert told.startswith(f"127.0.0.1:{process.port} shows another certificate")
    assert told.endswith(fingerprint)
    assert outcome(process.api_pinned(fingerprint)) == "answered"


def test_with_both_fingerprints_there_is_no_gap(process: AgentProcess) -> None:
    former = process.fingerprint
    fingerprint = replace_certificate(process)
    both = process.api_pinned(former, fingerprint)
    assert outcome(both) == "answered"

    process.kill()
    process.api = both
    process.start()

    assert outcome(both) == "answered"
    assert outcome(process.api_pinned(former)) == "wrong_certificate"


@pytest.mark.parametrize("wrong", ["TLS_CERTIFICATE", "TLS_KEY"])
def test_it_does_not_start_without_a_pair_that_fits(
    process: AgentProcess, wrong: str, tmp_path: Path
) -> None:
    certificate.make(tmp_path)
    other = {"TLS_CERTIFICATE": tmp_path / "agent.crt", "TLS_KEY": tmp_path / "agent.key"}

    for given in ("", str(tmp_path / "nothing"), str(other[wrong])):
        ended = process.ended_with(**{wrong: given})

        assert ended.returncode == 4, given
        assert "TLS_CERTIFICATE, TLS_KEY: no certificate with its key" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_it_does_not_start_without_tls(process: AgentProcess) -> None:
    ended = process.ended_with(TLS_CERTIFICATE="", TLS_KEY="")

    assert ended.returncode == 4
    assert "TLS_CERTIFICATE, TLS_KEY: missing" in ended.stderr
