"""What was put right on the disk is in force only after the services read it anew."""

from pathlib import Path

import pytest

from scripts.server import env_file, links
from scripts.server.installing import _read_at_start as read_at_start
from scripts.server.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    links.switch(layout.current, layout.releases / "1")
    for file in (layout.agent_env, layout.certificate, layout.credentials / "caller_keys"):
        env_file.write(file, "as it was\n")
    env_file.write(layout.units / "keyland-core.service", "as it was\n")
    env_file.write(layout.units / "ssh.service", "as it was\n")
    return layout


@pytest.mark.parametrize(
    "name",
    [
        "etc/keyland/agent.env",
        "etc/keyland/credentials/agent/agent.crt",
        "etc/keyland/credentials/agent/caller_keys",
        "etc/systemd/system/keyland-core.service",
    ],
)
def test_a_file_that_services_read_when_they_start_counts_as_changed(
    layout: Layout, name: str
) -> None:
    before = read_at_start(layout)
    (layout.root / name).write_text("another\n")

    assert read_at_start(layout) != before


def test_another_release_counts_and_other_peoples_units_do_not(layout: Layout) -> None:
    before = read_at_start(layout)
    (layout.units / "ssh.service").write_text("another\n")
    (layout.etc / "firewall.nft").write_text("another\n")
    assert read_at_start(layout) == before

    links.switch(layout.current, layout.releases / "2")
    assert read_at_start(layout) != before
