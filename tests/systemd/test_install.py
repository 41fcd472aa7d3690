import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLER = str(ROOT / "scripts/install_services.py")
BACKUP = str(ROOT / "scripts/backup.py")

needs_systemd = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("systemd-sysusers"),
    reason="only root with systemd can install: the installer was NOT TRIED",
)


def install(root: Path, role: str) -> None:
    command = [sys.executable, INSTALLER, "--role", role, "--root", str(root)]
    subprocess.run(command, check=True, capture_output=True)


def contents(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted((root / "etc").rglob("*"))
        if path.is_file() and path.name != ".pwd.lock"
    }


@needs_systemd
def test_installing_again_changes_nothing_that_was_made_or_filled_in(tmp_path: Path) -> None:
    install(tmp_path, "both")
    (tmp_path / "etc/keyland/bot.env").write_text("SUPPORT_URL=https://t.me/example_support\n")
    (tmp_path / "etc/keyland/credentials/bot/bot_token").write_text("1:token")
    before = contents(tmp_path)

    install(tmp_path, "both")

    assert contents(tmp_path) == before


@needs_systemd
def test_a_callee_knows_each_caller_by_the_key_the_caller_has(tmp_path: Path) -> None:
    install(tmp_path, "main")
    folder = tmp_path / "etc/keyland/credentials"

    main = json.loads((folder / "main/caller_keys").read_text())
    notify = json.loads((folder / "notify/caller_keys").read_text())

    assert main["tg_bot"] == [(folder / "bot/main_api_key").read_text()]
    assert notify["main_api"] == [(folder / "main/notify_service_key").read_text()]
    assert len({key for keys in [*main.values(), *notify.values()] for key in keys}) == 5


@needs_systemd
def test_secrets_are_for_root_alone(tmp_path: Path) -> None:
    install(tmp_path, "both")
    folder = tmp_path / "etc/keyland/credentials"

    modes = {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]}

    assert modes == {0}


@needs_systemd
def test_services_can_read_what_is_theirs_whatever_the_umask_of_root(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        install(tmp_path, "both")
    finally:
        os.umask(before)

    public = [
        tmp_path / "etc/keyland",
        tmp_path / "etc/keyland/countries_url.json",
        tmp_path / "etc/systemd/system/keyland-bot.service",
        tmp_path / "etc/systemd/journald.conf.d/keyland.conf",
    ]
    closed = tmp_path / "etc/keyland/bot.env"
    assert all(path.stat().st_mode & 0o004 for path in public)
    assert public[0].stat().st_mode & 0o001
    assert closed.stat().st_mode & 0o077 == 0


@needs_systemd
def test_the_servers_secrets_are_for_the_shop_and_nobody_else(tmp_path: Path) -> None:
    install(tmp_path, "main")
    file = tmp_path / "etc/keyland/servers_secrets.json"
    groups = dict(line.split(":")[::2] for line in (tmp_path / "etc/group").read_text().split())

    assert str(file.stat().st_gid) == groups["keyland-main"]
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.parent.stat().st_mode & 0o777 == 0o755
    assert json.loads(file.read_text()) == {}


@needs_systemd
def test_a_server_abroad_gets_nothing_of_the_shop(tmp_path: Path) -> None:
    install(tmp_path, "abroad")

    wanted = tmp_path / "etc/systemd/system/keyland.target.wants"
    credentials = {path.name for path in (tmp_path / "etc/keyland/credentials").iterdir()}
    assert {path.name for path in wanted.iterdir()} == {
        "keyland-agent.service",
        "keyland-core.service",
    }
    assert credentials == {"agent", "alert"}
    assert "keyland-cleanup" not in (tmp_path / "etc/cron.d/keyland").read_text()
    assert not (tmp_path / "etc/keyland/bot.env").exists()


def back_up(folder: Path, copies: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BACKUP, str(folder), str(copies)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_a_database_in_use_is_copied_whole(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "main.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE paid (kopecks INTEGER)")
        database.execute("INSERT INTO paid VALUES (30000)")
        database.commit()
        done = back_up(tmp_path, tmp_path / "copies")

    [copy] = (tmp_path / "copies").glob("2*Z/main.db")
    with closing(sqlite3.connect(copy)) as copied:
        assert copied.execute("SELECT kopecks FROM paid").fetchall() == [(30000,)]
    assert done.returncode == 0
    assert copy.stat().st_mode & 0o077 == 0
    assert re.fullmatch(r"\d{8}T\d{12}Z", copy.parent.name)


def test_a_damaged_database_makes_no_copy_and_loses_none(tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"copies/202601{n:02}T000000000000Z").mkdir(parents=True)
    (tmp_path / "main.db").write_bytes(b"no database at all" * 100)

    done = back_up(tmp_path, tmp_path / "copies")

    assert done.returncode == 1
    assert len(list((tmp_path / "copies").glob("2*"))) == 40


def test_the_newest_thirty_copies_stay(tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"copies/202001{n:02}T000000000000Z").mkdir(parents=True)
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as database:
        database.execute("CREATE TABLE t (x)")

    back_up(tmp_path, tmp_path / "copies")

    kept = sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert len(kept) == 30
    assert kept[0].startswith("20200111")
    assert kept[-1] > "2026"


def test_nothing_to_copy_is_a_failure(tmp_path: Path) -> None:
    assert back_up(tmp_path, tmp_path / "copies").returncode == 1
