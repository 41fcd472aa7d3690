"""The core's config: what is built, what the core itself says to it, and how it is replaced."""

import json
import stat
from pathlib import Path

import pytest

from country_api.core.config import CoreKind, CorePlan, Reality, UnsafePlan, build
from country_api.core.config_file import BadConfig, ConfigFile, text_of
from tests.country_api.conftest import core_id
from tests.support.core import FoundCore
from tests.support.ports import free_port

REALITY = Reality(
    target="www.example.org:443",
    server_name="www.example.org",
    private_key="a" * 42 + "A",
    short_ids=("0123456789abcdef",),
)
PRODUCTION = CorePlan(CoreKind.XRAY, "unix:/run/xray/api.sock", "0.0.0.0", 443, REALITY)


def plan_for(core: FoundCore) -> CorePlan:
    return CorePlan(core.kind, f"127.0.0.1:{free_port()}", "127.0.0.1", free_port())


def test_a_real_server_has_reality_vision_and_the_owners_outbound_strategy() -> None:
    config = build(PRODUCTION, {"u1": core_id(1)})

    inbound = config["inbounds"][0]
    assert inbound["settings"]["clients"] == [
        {"id": core_id(1), "email": "u1", "level": 0, "flow": "xtls-rprx-vision"}
    ]
    assert inbound["streamSettings"]["realitySettings"]["minClientVer"] == "1.8.0"
    assert config["outbounds"][0]["settings"]["domainStrategy"] == "ForceIPv6v4"
    assert config["api"]["listen"] == "/run/xray/api.sock,0660"
    assert "allow" not in json.dumps(config)


@pytest.mark.parametrize(
    "wrong",
    [
        CorePlan(CoreKind.XRAY, "unix:/a", "0.0.0.0", 443, REALITY, allow_private="127.0.0.1:80"),
        CorePlan(CoreKind.XRAY, "unix:/a", "203.0.113.1", 443),
        CorePlan(CoreKind.XRAY, "0.0.0.0:10085", "0.0.0.0", 443, REALITY),
        CorePlan(CoreKind.V2RAY, "127.0.0.1:10085", "127.0.0.1", 443, REALITY),
        CorePlan(CoreKind.V2RAY, "unix:/a", "127.0.0.1", 443),
    ],
)
def test_a_plan_that_would_open_a_server_is_refused(wrong: CorePlan) -> None:
    with pytest.raises(UnsafePlan):
        build(wrong, {})


def test_the_core_takes_what_is_written(core: FoundCore, tmp_path: Path) -> None:
    path = tmp_path / "core.json"
    ConfigFile(path, plan_for(core), core.binary).write(lambda: {"u1": core_id(1)})

    assert json.loads(path.read_text())["inbounds"][0]["settings"]["clients"][0]["email"] == "u1"
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO == 0


def test_xray_takes_the_config_of_a_real_server(core: FoundCore, tmp_path: Path) -> None:
    if core.kind is CoreKind.V2RAY:
        pytest.skip("v2ray knows no REALITY")
    path = tmp_path / "core.json"

    ConfigFile(path, PRODUCTION, core.binary).write(lambda: {"u1": core_id(1)})

    assert path.exists()


def test_a_config_that_the_core_refuses_leaves_the_old_file(
    core: FoundCore, tmp_path: Path
) -> None:
    path = tmp_path / "core.json"
    file = ConfigFile(path, plan_for(core), core.binary)
    file.write(lambda: {"u1": core_id(1)})
    before = path.read_text()

    with pytest.raises(BadConfig):
        file.write(lambda: {"u1": "x" * 40})

    assert path.read_text() == before


@pytest.mark.parametrize("count", [0, 1, 200, 401])
def test_the_text_made_in_parts_is_that_of_the_whole(count: int) -> None:
    users = {f"u{n}": f"{n:08x}-0000-4000-8000-000000000000" for n in range(count)}

    assert text_of(PRODUCTION, users) == json.dumps(build(PRODUCTION, users))
