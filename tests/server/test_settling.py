"""What is written down on a server: settings that stay, links, rules of the firewall, the log."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.server import env_file, links, release, removing
from scripts.server.layout import Layout, Wishes
from scripts.server.planning import Plan
from scripts.server.report import Problem, Report
from scripts.server.target import Target


def test_settings_that_are_put_leave_the_others_and_a_second_time_change_nothing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "agent.env"
    file.write_text("# a note\nPUBLIC_HOST=\nLOG_LEVEL=DEBUG\n")
    wanted = {"PUBLIC_HOST": "203.0.113.9", "BIND": "0.0.0.0:8443"}

    assert env_file.put(file, wanted)
    written = file.read_text()
    assert not env_file.put(file, wanted)

    assert file.read_text() == written
    assert env_file.values(file) == {"LOG_LEVEL": "DEBUG"} | wanted
    assert written.startswith("# a note\n")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_server_without_ipv6_leaves_over_ipv4_and_one_with_listens_as_it_is_known() -> None:
    plain = Plan("203.0.113.9", 8443, Target("www.example.org", 443), (), ipv6=False).settings()
    sixth = Plan("2001:db8::9", 9443, Target("www.example.org", 443), (), ipv6=True).settings()

    assert (plain["OUTBOUND_STRATEGY"], plain["BIND"]) == ("ForceIPv4", "0.0.0.0:8443")
    assert (sixth["OUTBOUND_STRATEGY"], sixth["BIND"]) == ("ForceIPv6v4", "[::]:9443")
    assert sixth["INBOUND_LISTEN"] == "::"


def test_a_link_is_switched_and_the_way_back_is_known(tmp_path: Path) -> None:
    link, old, new = tmp_path / "bin/xray", tmp_path / "old", tmp_path / "new"

    assert links.leads_to(link) is None
    assert links.switch(link, old)
    assert not links.switch(link, old)
    assert links.switch(link, new)

    assert links.leads_to(link) == new
    assert [path.name for path in link.parent.iterdir()] == ["xray"]


def test_a_release_is_named_by_what_is_in_it_and_holds_nothing_of_the_shop(tmp_path: Path) -> None:
    for file in release.files():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(release.PROJECT / file, tmp_path / file)
    assert release.name_of(tmp_path) == release.name_of()

    (tmp_path / "country_api/wsgi.py").write_text("# another one\n")

    assert release.name_of(tmp_path) != release.name_of()
    assert {path.parts[0] for path in release.files()} == {
        part.partition("/")[0] for part in release.PARTS
    }
    assert not {"main_api", "tg_bot", "tests"} & {path.parts[0] for path in release.files()}


def test_a_release_can_be_read_by_the_services_whoever_cloned_the_project(tmp_path: Path) -> None:
    cloned, folder = tmp_path / "cloned", tmp_path / "release"
    for name, mode in {"common/clock.py": 0o600, "scripts/install-server": 0o700}.items():
        (cloned / name).parent.mkdir(parents=True, mode=0o700)
        (cloned / name).write_text("")
        (cloned / name).chmod(mode)
    for part in ("LICENSE", "pyproject.toml", "requirements.txt"):
        (cloned / part).write_text("")

    release.copy(cloned, folder)

    assert (folder / "common/clock.py").stat().st_mode & 0o777 == 0o644
    assert (folder / "scripts/install-server").stat().st_mode & 0o777 == 0o755


def test_what_the_units_of_a_server_start_is_whole_in_a_release(tmp_path: Path) -> None:
    for file in release.files():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(release.PROJECT / file, tmp_path / file)
    units = [tmp_path / f"systemd/keyland-{it}.service" for it in ("agent", "alert@", "backup@")]
    told = "\n".join(unit.read_text() for unit in units)

    modules = {"country_api.app", "country_api.certificate"} | set(
        re.findall(r"python -m (?!gunicorn)(\S+)", told)
    )
    entries = {it.replace("failure", "failure.__main__") for it in modules}
    tried = "; ".join(f"import {it}" for it in sorted(entries))
    done = subprocess.run(
        [sys.executable, "-B", "-c", f"import sys; sys.path[0] = ''; {tried}"],
        cwd=tmp_path, env={"PATH": os.defpath}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert "notify_service.failure" in modules
    assert all((tmp_path / it).is_file() for it in ("scripts/tell-crash", "scripts/backup.py"))


def test_what_is_said_stands_in_a_log_for_root_alone_and_the_line_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "install.log"
    with Report(log) as report:
        report.say("a step")
        report.show("203.0.113.9:8443 fingerprint secret-key")
        good = report.tell([Problem("a trifle", "do nothing", stops=False)])
        bad = report.tell([Problem("a fault", "mend it")])

    assert (good, bad) == (True, False)
    assert "a step" in log.read_text()
    assert "secret-key" not in log.read_text()
    assert "secret-key" in capsys.readouterr().out
    assert log.stat().st_mode & 0o777 == 0o600


def test_the_work_goes_on_when_the_terminal_is_gone(tmp_path: Path) -> None:
    log, (here, there) = tmp_path / "install.log", os.openpty()
    say = (
        "import sys; from pathlib import Path; from scripts.server.report import Report;"
        f"report = Report(Path({str(log)!r})); report.say('before'); sys.stdin.read();"
        "report.say('after'); report.say('the end')"
    )
    with subprocess.Popen(
        [sys.executable, "-B", "-c", say], stdin=subprocess.PIPE, stdout=there, cwd=release.PROJECT
    ) as worker:
        os.close(there)
        assert os.read(here, 6) == b"before"
        os.close(here)
        worker.communicate(timeout=60)

    assert "the end" in log.read_text()


def test_removing_says_what_comes_first_and_touches_nothing_without_the_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = Layout(tmp_path)
    layout.etc.mkdir(parents=True)

    assert removing.remove(layout, Wishes(), Report(None)) == 2

    assert layout.etc.is_dir()
    assert "main_api.servers remove" in capsys.readouterr().out


def test_of_links_to_an_xray_ours_alone_belongs_to_what_is_removed(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.program.parent.mkdir(parents=True)
    layout.program.symlink_to("/opt/theirs/xray")
    assert removing.belongings(layout) == []

    links.switch(layout.program, layout.cores / "26.6.27/xray")
    assert removing.belongings(layout) == [layout.program]
