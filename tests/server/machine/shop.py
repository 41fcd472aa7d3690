"""The shop on this side of the wire: its database, its jobs process, its operator's command."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from common.clock import system_clock
from common.storage.connect import connect
from main_api.mongo_api.collections import USERS
from main_api.mongo_api.database import IndexedDatabase
from models.countries import read_countries
from tests.support.crowd import a_user

ROOT = Path(__file__).parents[3]
PEOPLE = 2000


@dataclass(frozen=True)
class Shop:
    folder: Path
    people: int = PEOPLE

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "MONGO_URL": f"embedded://{self.folder}",
            "SERVERS_SECRETS_FILE": str(self.folder / "secrets.json"),
            "COUNTRIES_FILE": str(self.folder / "countries.json"),
            "CALLER_KEYS": "{}",
            "NOTIFY_SERVICE_URL": "http://127.0.0.1:9",
            "NOTIFY_SERVICE_KEY": "n" * 32,
            "PAYMENTS_WEBHOOK_URL": "http://127.0.0.1:9",
            "PAYMENTS_WEBHOOK_KEY": "p" * 32,
            "PUBLIC_URL": "https://keys.test",
            "BOT_URL": "https://t.me/keyland_bot",
        }

    def open(self) -> None:
        """With people who have all bought a month."""
        now = system_clock()
        for name in ("secrets.json", "countries.json"):
            (self.folder / name).write_text("{}\n")
        db = IndexedDatabase(connect(f"embedded://{self.folder}", name="main"))
        month = now + timedelta(days=30)
        crowd = (a_user(number, now) for number in range(1, self.people + 1))
        db[USERS].insert_many(
            replace(one, expires_at=month, revision=1).document() for one in crowd
        )
        db.close()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While the jobs process runs."""
        jobs = subprocess.Popen(
            [sys.executable, "-m", "main_api.jobs"], cwd=ROOT, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=(self.folder / "jobs.log").open("w"),
        )  # fmt: skip
        try:
            yield
        finally:
            jobs.terminate()
            jobs.wait(60)

    def servers(self, *words: str, line: str = "") -> subprocess.CompletedProcess[str]:
        """What the operator types; the line comes by stdin."""
        return subprocess.run(
            [sys.executable, "-m", "main_api.servers", *words], cwd=ROOT, env=self.environment,
            input=f"{line}\n", capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def listed(self) -> dict[str, list[str]]:
        return read_countries(self.folder / "countries.json")
