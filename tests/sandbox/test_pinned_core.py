"""The pinned release comes into the project's own folder, or nothing does."""

import platform
from hashlib import sha256
from pathlib import Path

import pytest

from common.core_release import VERSION, Archive
from sandbox.core import find_core, get_pinned
from tests.support.small_servers import Files, served

PROGRAM = f"#!/bin/sh\necho 'Xray {VERSION} (Xray, Penetrates Everything.)'\n".encode()


def get(runtime: Path, content: bytes) -> object:
    files = Files()
    files.files["/xray"] = content
    archives = {platform.machine(): Archive("xray", sha256(PROGRAM).hexdigest())}
    with served(files) as place:
        return get_pinned(runtime, place, archives)


def test_the_pinned_release_is_got_once_and_found_from_then_on(tmp_path: Path) -> None:
    core = get(tmp_path, PROGRAM)

    assert core == find_core("", "", tmp_path)
    assert [path.name for path in (tmp_path / "core").iterdir()] == ["xray"]


def test_another_file_in_its_place_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert get(tmp_path, PROGRAM + b"# and more\n") is None

    assert list((tmp_path / "core").iterdir()) == []
    assert "sha256" in capsys.readouterr().out
