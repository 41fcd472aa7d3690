"""The core's release is got, checked and unpacked, or nothing is there."""

import io
import platform
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from common.core_release import ARCHIVES, VERSION, BadRelease, fetch
from scripts.server import xray
from scripts.server.layout import Layout, Wishes
from scripts.server.report import Failed, Report
from tests.support.small_servers import Files, served

PROGRAM = f"#!/bin/sh\necho 'Xray {VERSION} (Xray, Penetrates Everything.)'\n".encode()
NAME = ARCHIVES["x86_64"].name if platform.machine() == "x86_64" else ARCHIVES["aarch64"].name


def zipped(program: bytes = PROGRAM, name: str = "xray") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, program)
        archive.writestr("geoip.dat", b"x" * 1000)
    return made.getvalue()


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def mirror(files: Files) -> Iterator[str]:
    with served(files) as url:
        yield url


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def put(layout: Layout, release: bytes, mirror: str = "", given: Path | None = None) -> Path:
    wishes = Wishes(mirror=mirror, xray=given, xray_sha256=sha256(release).hexdigest())
    return xray.put(layout, wishes, Report(None))


def test_a_release_is_got_from_a_mirror_checked_and_unpacked(
    layout: Layout, files: Files, mirror: str
) -> None:
    files.files[f"/{NAME}"] = zipped()

    program = put(layout, zipped(), mirror)

    assert program.read_bytes() == PROGRAM
    assert program.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in layout.cores.iterdir()] == [program.parent.name]
    assert not layout.program.exists()


def test_a_redirect_is_followed_as_github_sends_one(
    layout: Layout, files: Files, mirror: str
) -> None:
    files.moved[f"/{NAME}"] = f"{mirror}/elsewhere"
    files.files["/elsewhere"] = zipped()

    assert put(layout, zipped(), mirror).is_file()


def test_a_release_that_is_there_is_not_got_again(
    layout: Layout, files: Files, mirror: str
) -> None:
    files.files[f"/{NAME}"] = zipped()
    put(layout, zipped(), mirror)
    put(layout, zipped(), mirror)

    assert files.asked == [f"/{NAME}"]


def test_another_file_than_the_pinned_one_is_refused_and_leaves_nothing(
    layout: Layout, files: Files, mirror: str
) -> None:
    files.files[f"/{NAME}"] = zipped(PROGRAM + b"# and a back door\n")

    with pytest.raises(Failed, match="sha256"):
        put(layout, zipped(), mirror)

    assert list(layout.cores.iterdir()) == []


def test_without_another_sum_the_pinned_one_is_wanted(
    layout: Layout, files: Files, mirror: str
) -> None:
    files.files[f"/{NAME}"] = zipped()

    with pytest.raises(Failed, match=ARCHIVES[platform.machine()].sha256):
        xray.put(layout, Wishes(mirror=mirror), Report(None))


def test_a_download_that_is_cut_off_is_told_as_such(
    layout: Layout, files: Files, mirror: str
) -> None:
    files.files[f"/{NAME}"] = zipped()
    files.cut = True

    with pytest.raises(Failed, match=r"cut off after \d+ of|IncompleteRead"):
        put(layout, zipped(), mirror)

    assert list(layout.cores.iterdir()) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_a_mirror_that_does_not_speak_http_is_told_as_such(
    layout: Layout, files: Files, mirror: str, raw: bytes
) -> None:
    files.raw = raw

    with pytest.raises(Failed, match="--xray"):
        put(layout, zipped(), mirror)

    assert list(layout.cores.iterdir()) == []


def test_a_release_that_is_not_there_says_how_to_bring_it(layout: Layout, mirror: str) -> None:
    with pytest.raises(Failed, match="--xray"):
        put(layout, zipped(), mirror)


def test_a_release_may_be_brought_as_a_file(layout: Layout, tmp_path: Path) -> None:
    given = tmp_path / "brought.zip"
    given.write_bytes(zipped())

    assert put(layout, zipped(), given=given).read_bytes() == PROGRAM


def test_a_brought_file_is_checked_like_a_download(layout: Layout, tmp_path: Path) -> None:
    given = tmp_path / "brought"
    given.write_bytes(PROGRAM)

    with pytest.raises(Failed, match="unchanged"):
        put(layout, zipped(), given=given)


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (b"#!/bin/sh\nexit 1\n", "does not run here"),
        (b"\x7fELF of another machine", "does not run here"),
        (b"#!/bin/sh\necho 'Xray 1.8.0 (old)'\n", "says that it is 1.8.0"),
    ],
)
def test_a_program_that_is_not_the_pinned_version_is_refused(
    layout: Layout, tmp_path: Path, program: bytes, told: str
) -> None:
    given = tmp_path / "brought.zip"
    given.write_bytes(zipped(program))

    with pytest.raises(Failed, match=told):
        put(layout, zipped(program), given=given)

    assert list(layout.cores.iterdir()) == []


def test_a_zip_without_the_program_is_refused(layout: Layout, tmp_path: Path) -> None:
    given = tmp_path / "brought.zip"
    given.write_bytes(zipped(name="readme"))

    with pytest.raises(Failed, match="holds no xray"):
        put(layout, zipped(name="readme"), given=given)


def test_only_http_addresses_are_fetched(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="must be an http"):
        fetch(f"file://{tmp_path}", tmp_path / "got")


@pytest.mark.parametrize(
    "printed",
    [
        "Private key: {private}\nPublic key: {public}\n",
        "PrivateKey: {private}\nPassword: {public}\nHash32: {other}\n",
        "PrivateKey: {private}\nPassword (PublicKey): {public}\nHash32: {other}\n",
    ],
)
def test_keys_are_read_as_any_version_prints_them(tmp_path: Path, printed: str) -> None:
    private, public, other = "a" * 43, "b" * 43, "c" * 43
    program = tmp_path / "xray"
    program.write_text(
        f"#!/bin/sh\ncat <<'X'\n{printed.format(private=private, public=public, other=other)}X\n"
    )
    program.chmod(0o755)

    assert xray.new_private_key(program) == private
