"""The agent's own database cannot be read (a broken disk): told as such, never as a bug."""

import sqlite3
from pathlib import Path

import pytest

from common.errors import Unavailable
from tests.country_api.conftest import Agent
from tests.support.core import wait_until


def test_a_store_that_cannot_be_read_is_unavailable_and_the_cores_file_stands(
    agent: Agent,
) -> None:
    agent.api.put_user(agent.user(1))
    wait_until(lambda: "u1" in agent.file_users(), "in the core's file")
    file = agent.directory / "country_api.sqlite3"
    whole = _checkpointed(file)
    file.write_bytes(b"no database" * (len(whole) // 11))

    with pytest.raises(Unavailable) as caught:
        agent.api.put_user(agent.user(2))
    assert caught.value.code == "unavailable"
    assert agent.health()[1]["store"] is False
    assert agent.deps
    assert not agent.deps.mirror.write()
    assert agent.health()[1]["core_config"] is False
    assert agent.file_users().keys() == {"u1"}


def _checkpointed(file: Path) -> bytes:
    """The file with all that was in its log, of which no connection holds pages any more."""
    other = sqlite3.connect(file)
    other.execute("UPDATE users SET active = active")
    other.commit()
    assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    other.close()
    return file.read_bytes()
