"""What main_api takes as the secret of a server."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.support.shop import FINLAND, settings_in

KEY = "k" * 32
DIGITS, OTHERS = "0a" * 32, "ff" * 32


def fingerprints(folder: Path, **secret: object) -> tuple[str, ...]:
    given = json.dumps({FINLAND: {"key": KEY, **secret}})
    return settings_in(folder, servers_secrets=given).servers_secrets[FINLAND].fingerprint


def test_one_fingerprint_or_two_or_none_yet(tmp_path: Path) -> None:
    assert fingerprints(tmp_path, fingerprint=DIGITS) == (DIGITS,)
    assert fingerprints(tmp_path, fingerprint=":".join(["0A"] * 32)) == (DIGITS,)
    assert fingerprints(tmp_path, fingerprint=[DIGITS, OTHERS]) == (DIGITS, OTHERS)
    assert fingerprints(tmp_path) == ()


@pytest.mark.parametrize("wrong", ["", "canary", DIGITS[1:], [DIGITS, "canary"], [1], 7, None])
def test_anything_else_is_refused(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(ValidationError) as caught:
        fingerprints(tmp_path, fingerprint=wrong)

    (problem,) = caught.value.errors()
    assert problem["loc"][0] == "servers_secrets"
    assert "canary" not in problem["msg"]
