"""What stays as the operator chose it when the installer is run again, and what he may not."""

from pathlib import Path

import pytest

from scripts.server import addresses, doctor, planning
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
        ("ForceIPv6v4", "", "scripts/install-server sets"),
        ("UseIPv4", "", ""),
        ("AsIs", "", ""),
        ("ForceIPv6", "", "docs/operations/rotation.md"),
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


def test_a_way_out_of_the_operators_own_choice_stays() -> None:
    for chosen in ("auto", "AsIs", "UseIPv4"):
        plan = Plan("203.0.113.9", 8443, SITE, (), ipv6=True, outbound=chosen)
        assert plan.settings()["OUTBOUND_STRATEGY"] == chosen

    assert addresses.strategy(works=False, chosen="ForceIPv6v4") == "ForceIPv4"


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
