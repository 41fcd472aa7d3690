"""Settings that are wrong are told in one message, and unsafe ones are refused."""

import sys
from pathlib import Path

import pytest

from common.settings import BadSettings, load
from country_api.settings import CountrySettings

KEYS = '{"main_api": ["' + "m" * 32 + '"]}'
PRIVATE = "a" * 43
UNTHINKABLE = "/" + "a" * 300
"""A path that raises when it is looked at, as one in another's folder does."""


def environ(directory: Path, **other: str) -> dict[str, str]:
    return {
        "STATE_DIR": str(directory),
        "CALLER_KEYS": KEYS,
        "CORE_CONFIG": str(directory / "core.json"),
        "CORE_API": "unix:/run/xray/api.sock",
        "PUBLIC_HOST": "fi1.example.org",
        "REALITY_TARGET": "www.example.org:443",
        "REALITY_SERVER_NAME": "www.example.org",
        "REALITY_PRIVATE_KEY": PRIVATE,
        "REALITY_PUBLIC_KEY": "b" * 43,
        "REALITY_SHORT_IDS": "0123456789abcdef, ab",
    } | other


def test_a_real_server_needs_only_what_has_no_default(tmp_path: Path) -> None:
    plan = load(CountrySettings, environ(tmp_path)).plan()

    assert (plan.listen, plan.port, plan.flow) == ("0.0.0.0", 443, "xtls-rprx-vision")
    assert plan.reality
    assert plan.reality.short_ids == ("0123456789abcdef", "ab")


def test_everything_that_is_wrong_is_told_at_once_and_no_value_with_it(tmp_path: Path) -> None:
    wrong = {
        "CALLER_KEYS": "",
        "CORE_API": "10.0.0.1:10085",
        "CORE_CONFIG": str(tmp_path / "nowhere" / "core.json"),
        "INBOUND_PORT": "99999",
        "INBOUND_LISTEN": "everywhere",
        "REALITY_PRIVATE_KEY": "too-short",
        "REALITY_SHORT_IDS": "xyz",
        "OUTBOUND_STRATEGY": "ForceIPv5",
        "PUBLIC_HOST": "a b",
    }

    with pytest.raises(BadSettings) as caught:
        load(CountrySettings, environ(tmp_path, **wrong))

    told = str(caught.value)
    assert sorted(line.partition(":")[0] for line in told.splitlines()) == sorted(wrong)
    assert "too-short" not in told


@pytest.mark.parametrize(
    ("named", "wrong"),
    [
        ("ALLOW_PRIVATE", {"ALLOW_PRIVATE": "127.0.0.1:8080"}),
        ("ALLOW_PRIVATE", {"ALLOW_PRIVATE": "127.0.0.0/8", "INBOUND_LISTEN": "127.0.0.1"}),
        ("ALLOW_PRIVATE", {"ALLOW_PRIVATE": "localhost:80", "INBOUND_LISTEN": "127.0.0.1"}),
        ("SECURITY", {"SECURITY": "none"}),
        ("SECURITY", {"CORE_KIND": "v2ray", "CORE_API": "127.0.0.1:10085"}),
        ("CORE_API", {"CORE_KIND": "v2ray", "SECURITY": "none", "INBOUND_LISTEN": "::1"}),
        ("REALITY_TARGET", {"REALITY_TARGET": ""}),
        ("REALITY_SHORT_IDS", {"REALITY_SHORT_IDS": ""}),
        ("REALITY_SERVER_NAME", {"REALITY_SERVER_NAME": 'a"b'}),
        ("CORE_BINARY", {"CORE_BINARY": "/nowhere/xray"}),
        ("STATE_DIR", {"STATE_DIR": "/nowhere"}),
        ("STATE_DIR", {"STATE_DIR": UNTHINKABLE}),
        ("CORE_CONFIG", {"CORE_CONFIG": f"{UNTHINKABLE}/core.json"}),
        ("CORE_BINARY", {"CORE_BINARY": UNTHINKABLE}),
        ("LOG_LEVEL_FILE", {"LOG_LEVEL_FILE": sys.executable}),
        ("LOG_LEVEL", {"LOG_LEVEL": "loud"}),
        ("CLOCK_OFFSET_FILE", {"CLOCK_OFFSET_FILE": "/run/offset"}),
    ],
)
def test_what_would_open_a_server_or_cannot_work_is_refused(
    tmp_path: Path, named: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(BadSettings) as caught:
        load(CountrySettings, environ(tmp_path, **wrong))

    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [named]
