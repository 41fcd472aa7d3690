"""REALITY's keys are halves of one pair, wherever a run was broken off."""

import base64
from pathlib import Path

import pytest

from scripts.server import env_file, keys
from scripts.server.layout import Layout
from scripts.server.report import Failed, Report


def base64url(digits: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(digits)).decode().rstrip("=")


# of RFC 7748, section 6.1
SECRET = base64url("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
MATE = base64url("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """With a core that makes that pair."""
    layout = Layout(tmp_path)
    layout.program.parent.mkdir(parents=True)
    layout.program.write_text(f"#!/bin/sh\necho 'PrivateKey: {SECRET}'\n")
    layout.program.chmod(0o755)
    layout.credentials.mkdir(parents=True)
    return layout


def put(layout: Layout) -> bool:
    return keys.put_reality(layout, layout.program, Report(None))


def kept(layout: Layout) -> tuple[str, str, str]:
    known = env_file.values(layout.agent_env)
    private = (layout.credentials / keys.PRIVATE).read_text().strip()
    return private, known[keys.PUBLIC], known[keys.SHORT_IDS]


def test_the_public_key_is_that_of_the_standard() -> None:
    assert keys.public_of(f"{SECRET}\n") == MATE


def test_keys_are_made_once_and_stay(layout: Layout) -> None:
    assert put(layout)
    made = kept(layout)
    layout.program.write_text("#!/bin/sh\nexit 1\n")

    assert not put(layout)

    assert made[:2] == (SECRET, MATE)
    assert kept(layout) == made
    assert keys.wrong(layout) == []


def test_a_run_that_was_broken_off_between_the_two_files_leaves_no_halves_of_two_pairs(
    layout: Layout,
) -> None:
    before = {keys.PUBLIC: base64url("11" * 32), keys.SHORT_IDS: "0123456789abcdef"}
    env_file.put(layout.agent_env, before)
    env_file.write(layout.credentials / keys.PRIVATE, SECRET)
    [told] = keys.wrong(layout)

    assert put(layout)

    assert "does not belong" in told.what
    assert kept(layout) == (SECRET, MATE, "0123456789abcdef")
    assert keys.wrong(layout) == []


def test_a_spoilt_private_key_is_told_and_not_replaced(layout: Layout) -> None:
    env_file.write(layout.credentials / keys.PRIVATE, "spoilt")

    with pytest.raises(Failed, match="cannot be read"):
        put(layout)

    assert (layout.credentials / keys.PRIVATE).read_text() == "spoilt"
    assert "cannot be read" in keys.wrong(layout)[0].what
