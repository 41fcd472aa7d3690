"""`python -m main_api.servers` as a process: whose settings it takes, and as whom it works."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from main_api.servers.settings import adopt_installed
from tests.support import fake_country

ROOT = Path(__file__).parents[2]
NOBODY = 65534


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, str]:
    """Its files as installed, the list without a server."""
    (tmp_path / "countries.json").write_text("{}\n")
    (tmp_path / "secrets.json").write_text("{}\n")
    (tmp_path / "data").mkdir()
    return {
        "MONGO_URL": f"embedded://{tmp_path}/data",
        "COUNTRIES_FILE": str(tmp_path / "countries.json"),
        "SERVERS_SECRETS_FILE": str(tmp_path / "secrets.json"),
    }


def servers(*words: str, line: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "main_api.servers", *words], cwd=ROOT, input=line,
        env={"PATH": os.defpath, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_server_that_cannot_be_reached_is_told_in_a_sentence_and_not_listed(
    shop: dict[str, str],
) -> None:
    line = f"127.0.0.1:9 {'ab' * 32} {fake_country.KEY}\n"

    done = servers("add", "finland", line=line, **shop)

    assert done.returncode == 1
    assert done.stdout.startswith("WRONG  127.0.0.1:9: ")
    assert "Traceback" not in done.stdout + done.stderr
    assert fake_country.KEY not in done.stdout + done.stderr
    assert json.loads(Path(shop["SERVERS_SECRETS_FILE"]).read_text()) == {}


def test_an_empty_list_says_how_to_begin(shop: dict[str, str]) -> None:
    done = servers("list", **shop)

    assert (done.returncode, done.stdout) == (
        0,
        "no servers are listed: python -m main_api.servers add <country>\n",
    )


def test_without_the_file_of_secrets_it_says_which_setting_is_missing(shop: dict[str, str]) -> None:
    del shop["SERVERS_SECRETS_FILE"]

    done = servers("list", **shop)

    assert done.returncode == 4
    assert "SERVERS_SECRETS_FILE: missing" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another: NOT TRIED")
def test_what_root_makes_in_the_database_belongs_to_its_owner(shop: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:  # where others may look, unlike in tmp_path
        folder, data = Path(name), Path(name) / "data"
        data.mkdir()
        os.chown(data, NOBODY, NOBODY)
        for file in (shop["COUNTRIES_FILE"], shop["SERVERS_SECRETS_FILE"]):
            (folder / Path(file).name).write_text("{}")
            (folder / Path(file).name).chmod(0o644)
        folder.chmod(0o755)

        done = servers(
            "list",
            MONGO_URL=f"embedded://{data}",
            COUNTRIES_FILE=f"{folder}/countries.json",
            SERVERS_SECRETS_FILE=f"{folder}/secrets.json",
        )

        owners = {(it.stat().st_uid, it.stat().st_gid) for it in data.iterdir()}
    assert done.returncode == 0, done.stderr
    assert owners == {(NOBODY, NOBODY)}


def test_an_operators_shell_gets_what_the_units_are_told(tmp_path: Path) -> None:
    (tmp_path / "main.env").write_text('# a note\nMONGO_URL="embedded:///x"\nPUBLIC_URL=\n')
    environ = {"PATH": "/bin"}

    adopt_installed(environ, tmp_path)

    assert environ == {
        "PATH": "/bin",
        "MONGO_URL": "embedded:///x",
        "PUBLIC_URL": "",
        "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials/main"),
    }


def test_what_the_shell_says_itself_is_not_mixed_with_what_is_installed(tmp_path: Path) -> None:
    (tmp_path / "main.env").write_text("MONGO_URL=embedded:///x\nCOUNTRIES_FILE=/y\n")
    environ = {"MONGO_URL": "embedded:///mine"}

    adopt_installed(environ, tmp_path)

    assert environ == {"MONGO_URL": "embedded:///mine"}
