"""What stays as the operator chose it when the installer is run again, and what he may not."""

from pathlib import Path
from typing import get_args

import pytest

from country_api.outbound import AUTO as AGENTS_AUTO
from country_api.outbound import Strategy
from scripts.server import doctor, outbound, planning
from scripts.server.layout import Layout, Wishes
from scripts.server.planning import Plan
from scripts.server.report import Failed, Report
from scripts.server.target import Target

NOWHERE = Wishes(ipv6_probe="127.0.0.1:1")
SITE = Target("www.example.org", 443)


def server(root: Path, strategy: str, decided: str = "") -> Layout:
    layout = Layout(root)
    layout.etc.mkdir(parents=True)
    layout.agent_env.write_text(f"OUTBOUND_STRATEGY={strategy}\n")
    if decided:
        layout.outbound.parent.mkdir(parents=True)
        layout.outbound.write_text(f'{{"strategy": "{decided}", "decided_at": "2026-11-01"}}')
    return layout


@pytest.mark.parametrize(
    ("strategy", "decided", "told"),
    [
        ("ForceIPv4", "", ""),
        ("ForceIPv6v4", "", "scripts/install-server --outbound anew"),
        ("UseIPv4", "", ""),
        ("AsIs", "", ""),
        ("ForceIPv6", "", "scripts/install-server --outbound anew"),
        ("auto", "ForceIPv4", ""),
        ("auto", "ForceIPv6v4", "docs/operations/rotation.md"),
        ("auto", "", ""),
        ("", "ForceIPv4", ""),
    ],
)
def test_without_ipv6_the_doctor_tells_of_ways_that_need_it_and_of_no_others(
    tmp_path: Path, strategy: str, decided: str, told: str
) -> None:
    problems = doctor.ipv6(server(tmp_path, strategy, decided), NOWHERE)

    assert [told in problem.todo for problem in problems] == ([True] if told else [])


@pytest.mark.parametrize(
    ("setting", "decided", "wish", "then"),
    [
        ("ForceIPv6v4", "", "", "ForceIPv6v4"),
        ("AsIs", "", "", "AsIs"),
        ("auto", "ForceIPv6v4", "", "auto"),
        ("", "ForceIPv6v4", "", "auto"),
        ("", "", "", "ForceIPv4"),
        ("ForceIPv6v4", "", "anew", "ForceIPv4"),
        ("ForceIPv6v4", "", "UseIPv4", "UseIPv4"),
    ],
)
def test_an_hour_without_ipv6_does_not_change_the_way_out_unless_the_operator_asks(
    tmp_path: Path, setting: str, decided: str, wish: str, then: str
) -> None:
    chosen = outbound.chosen(server(tmp_path, setting, decided), wish)
    plan = Plan("203.0.113.9", 8443, SITE, (), ipv6=False, chosen_outbound=chosen)

    assert plan.settings()["OUTBOUND_STRATEGY"] == then


def test_every_way_out_that_the_installer_takes_the_agent_takes_too() -> None:
    known = {AGENTS_AUTO, *get_args(Strategy)}
    assert {*outbound.WISHES} - {outbound.ANEW} <= known


def test_the_name_in_links_stays_as_long_as_the_target_does() -> None:
    known = {"REALITY_TARGET": "www.example.org:443", "REALITY_SERVER_NAME": "example.org"}

    assert planning.server_name(known, SITE) == "example.org"
    assert planning.server_name(known, Target("www.other.org", 443)) == ""
    assert planning.server_name({}, SITE) == ""


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (Wishes(port=443), "cannot have port 443"),
        (Wishes(port=70000), "cannot have port 70000"),
        (Wishes(address="203.0.113.9", main_addresses=("2001:db8::7",)), "the shop calls"),
    ],
)
def test_what_could_never_work_is_refused_before_anything_is_changed(
    tmp_path: Path, wishes: Wishes, told: str
) -> None:
    log = tmp_path / "log"
    layout = Layout(tmp_path / "machine")
    layout.releases.parent.mkdir(parents=True)
    asked = Wishes(**{**vars(wishes), "target": "no:such:target"})

    with Report(log) as report, pytest.raises(Failed, match="nothing was changed"):
        planning.made(layout, asked, report)

    assert told in log.read_text()
