"""The site that REALITY borrows from: each thing that can be wrong with it is told apart."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from common.clock import system_clock
from scripts.server import target
from scripts.server.target import Target
from tests.support.small_servers import Site, make_certificate

NAME = "localhost"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("site"), NAME)


@pytest.fixture
def trusted(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """As if its authority were one of the machine's: OpenSSL reads this variable."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))


@contextmanager
def site(pair: tuple[Path, Path]) -> Iterator[Site]:
    opened = Site(*pair)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.usefixtures("trusted")
def test_a_site_with_tls_13_http2_and_its_own_certificate_will_do(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        found, problems = target.chosen([f"{NAME}:{opened.port}"])

    assert (found, problems) == (Target(NAME, opened.port), [])


def test_a_certificate_that_nobody_vouches_for_is_refused(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        [problem] = target.shakes_hands(Target(NAME, opened.port))

    assert "certificate" in problem.what


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_refused(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        [problem] = target.shakes_hands(Target("127.0.0.1", opened.port))

    assert "does not fit" in problem.what


def certificate_of_another_time(folder: Path) -> tuple[Path, Path]:
    """`openssl req` gives no dates, `openssl ca` does."""
    (folder / "index").touch()
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca=it\n[it]\nnew_certs_dir=.\ndatabase=index\nrand_serial=yes\n"
        "default_md=sha256\npolicy=names\nx509_extensions=more\n"
        f"[names]\ncommonName=supplied\n[more]\nsubjectAltName=DNS:{NAME}\n"
    )
    for command in (
        (
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key"
            f" -out asked -subj /CN={NAME}"
        ),
        (
            "ca -selfsign -batch -notext -config ca.conf -keyfile key -in asked -out certificate"
            " -startdate 20000101000000Z -enddate 20010101000000Z"
        ),
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)  # noqa: S607
    return folder / "certificate", folder / "key"


def test_a_certificate_of_another_time_points_at_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = certificate_of_another_time(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(old[0]))
    with site(old) as opened:
        [problem] = target.shakes_hands(Target(NAME, opened.port))

    assert "clock is wrong" in problem.todo


@pytest.mark.usefixtures("trusted")
def test_a_site_without_tls_13_is_refused(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        opened.context.maximum_version = ssl.TLSVersion.TLSv1_2
        [problem] = target.shakes_hands(Target(NAME, opened.port))

    assert "TLS 1.3" in problem.what


@pytest.mark.usefixtures("trusted")
def test_a_site_without_http2_is_refused(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        opened.context.set_alpn_protocols(["http/1.1"])
        [problem] = target.shakes_hands(Target(NAME, opened.port))

    assert "HTTP/2" in problem.what


def test_a_name_that_does_not_resolve_points_at_dns() -> None:
    found, [problem] = target.chosen(["no-such-name.invalid:443"])

    assert found is None
    assert "DNS" in problem.todo


def test_a_site_that_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    [problem] = target.shakes_hands(Target(NAME, port))

    assert "does not answer" in problem.what


@pytest.mark.usefixtures("trusted")
def test_of_several_the_first_that_will_do_is_taken(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        found, problems = target.chosen(["no-such-name.invalid", f"{NAME}:{opened.port}"])

    assert found == Target(NAME, opened.port)
    assert problems == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("minutes", "told"), [(3, "behind"), (-3, "ahead")])
def test_a_clock_that_is_off_is_told_with_how_much(
    pair: tuple[Path, Path], minutes: int, told: str
) -> None:
    with site(pair) as opened:
        opened.ahead = timedelta(minutes=minutes)
        [problem] = target.clock(Target(NAME, opened.port), system_clock)

    assert told in problem.what
    assert problem.stops


@pytest.mark.usefixtures("trusted")
def test_a_clock_that_is_right_is_no_problem(pair: tuple[Path, Path]) -> None:
    with site(pair) as opened:
        problems = target.clock(Target(NAME, opened.port), system_clock)

    assert [problem for problem in problems if problem.stops] == []


@pytest.mark.parametrize("text", ["", ":443", "a b:443", "name:0", "name:70000", "name:443:1"])
def test_what_is_no_address_of_a_site_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="name:port"):
        target.parsed(text)
